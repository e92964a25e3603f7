/** PostgreSQL parameters by name. */
export type Settings = Readonly<Record<string, string>>;

/** The parameters of an embedded PostgreSQL on `port`; those in `more` win. */
export function settingsFor(port: number, more: Settings): Settings {
  return { ...reach(port), ...durability, ...memory, ...logging, timezone: "UTC", ...more };
}

function reach(port: number): Settings {
  return { listen_addresses: "127.0.0.1", port: String(port), unix_socket_directories: "" };
}

/** The defaults, named so that an edited postgresql.conf cannot take them away. */
const durability: Settings = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };

const memory: Settings = {
  max_connections: "100",
  shared_buffers: "128MB",
  // Containers give /dev/shm only 64 MB, and some systems empty it when a user logs out.
  dynamic_shared_memory_type: "mmap",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
};

/**
 * What an operator can act upon, and no more: no statements and no DETAIL lines, as these hold the data of users,
 * and no failed statements, as a unique key met is an everyday event.
 */
const logging: Settings = {
  logging_collector: "off",
  log_destination: "stderr",
  log_line_prefix: "%m [%p] ",
  log_timezone: "UTC",
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_checkpoints: "off",
  log_statement: "none",
};
