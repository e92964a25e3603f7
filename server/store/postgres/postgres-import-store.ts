import type { DeviceChange } from "../evaluation-store.js";
import type { ImportChunk, ImportStore } from "../import-store.js";
import { byteas, plain, texts } from "./array-literals.js";
import type { Database } from "./database.js";
import { encodeReadings } from "./device-codec.js";
import { guarded } from "./faults.js";
import { hexes } from "./hexes.js";
import { encodeHistory } from "./history-codec.js";

const instant = (at: number): string => new Date(at).toISOString();

/** Takes a chunk back as a whole. */
class TakenBack extends Error {
  constructor(readonly why: "conflict" | "overtaken") {
    super(why);
  }
}

/** Each device once: of several changes the first one's version, the last one's fingerprints, and the paths of all. */
function machinesOf(changes: ImportChunk["devices"]) {
  interface Machine {
    readonly device: DeviceChange["device"];
    readonly version: number;
    readonly at: number;
    readonly seenAt: number;
    readonly added: Set<string>;
    readonly dropped: Set<string>;
  }
  const machines = new Map<string, Machine>();
  for (const { device, at, addPaths, dropPaths } of changes) {
    const before = machines.get(device.deviceId);
    const { added, dropped } = before ?? { added: new Set<string>(), dropped: new Set<string>() };
    for (const path of hexes(dropPaths)) {
      added.delete(path);
      dropped.add(path);
    }
    for (const path of hexes(addPaths)) {
      dropped.delete(path);
      added.add(path);
    }
    machines.set(device.deviceId, {
      device,
      version: before?.version ?? device.version,
      at: before?.at ?? at,
      seenAt: at,
      added,
      dropped,
    });
  }
  return [...machines.values()];
}

/** Imports in PostgreSQL. Locks are taken in the order in which judging takes them: fingerprints, users, devices. */
export function postgresImportStore(sql: Database): ImportStore {
  return {
    begin: (projectId, fileHash, now) =>
      guarded(async () => {
        const [row] = await sql<{ done: number }[]>`
          insert into imports (project_id, file_hash, done, begun_at, moved_at)
          values (${projectId}, ${Buffer.from(fileHash)}, 0, ${now}, ${now})
          on conflict (project_id, file_hash) do update set moved_at = excluded.moved_at
          returning done`;
        return row?.done ?? 0;
      }),

    keep: (chunk) =>
      guarded(async () => {
        try {
          await sql.begin((transaction) => keepIn(transaction as unknown as Database, chunk));
          return "kept";
        } catch (error) {
          if (error instanceof TakenBack) return error.why;
          throw error;
        }
      }),
  };
}

async function keepIn(
  sql: Database,
  { projectId, fileHash, from, to, users, devices, now }: ImportChunk,
): Promise<void> {
  const moved = await sql`
    update imports set done = ${to}, moved_at = ${now}
    where project_id = ${projectId} and file_hash = ${Buffer.from(fileHash)} and done = ${from}
    returning 1`;
  if (moved.length === 0) throw new TakenBack("overtaken");

  const prints = devices.flatMap(({ device, identityKeys, at }) =>
    identityKeys.map((key) => ({ key, deviceId: device.deviceId, at })),
  );
  const printed = await sql`
    insert into fingerprints (project_id, fingerprint_key, device_id, first_seen_at)
    select ${projectId}::uuid, key, device_id, at
    from unnest(${byteas(prints.map(({ key }) => key))}::text::bytea[], ${plain(prints.map(({ deviceId }) => deviceId))}::text::uuid[],
      ${texts(prints.map(({ at }) => instant(at)))}::text::timestamptz[]) as p (key, device_id, at)
    order by key
    on conflict (project_id, fingerprint_key) do nothing
    returning 1`;
  if (printed.length < prints.length) throw new TakenBack("conflict");

  const people = users.map((user) => ({ ...user, ...encodeHistory(user.history) }));
  const known = await sql`
    insert into users (project_id, user_key, version, first_seen_at, last_seen_at, devices, memory, contacts)
    select ${projectId}::uuid, user_key, version, first_at, last_at, devices::uuid[], memory, contacts::jsonb
    from unnest(${texts(people.map(({ userKey }) => userKey))}::text::text[],
      ${plain(people.map(({ expectedVersion }) => expectedVersion + 1))}::text::bigint[],
      ${texts(people.map(({ firstAt }) => instant(firstAt)))}::text::timestamptz[],
      ${texts(people.map(({ lastAt }) => instant(lastAt)))}::text::timestamptz[],
      ${texts(people.map((person) => plain(person.devices)))}::text::text[], ${byteas(people.map(({ memory }) => memory))}::text::bytea[],
      ${texts(people.map(({ contacts }) => JSON.stringify(contacts)))}::text::text[])
      as u (user_key, version, first_at, last_at, devices, memory, contacts)
    order by user_key
    on conflict (project_id, user_key) do update
    set version = excluded.version, first_seen_at = least(users.first_seen_at, excluded.first_seen_at),
      last_seen_at = greatest(users.last_seen_at, excluded.last_seen_at), devices = excluded.devices, memory = excluded.memory,
      contacts = excluded.contacts
    where users.version = excluded.version - 1
    returning 1`;
  if (known.length < people.length) throw new TakenBack("conflict");

  const machines = machinesOf(devices).sort((a, b) => (a.device.deviceId < b.device.deviceId ? -1 : 1));
  const appeared = machines.filter(({ version }) => version === 1);
  const drifted = machines.filter(({ version }) => version > 1);
  await sql`
    insert into devices (project_id, device_id, version, first_seen_at, last_seen_at, readings)
    select ${projectId}::uuid, device_id, version, at, seen_at, readings
    from unnest(${plain(appeared.map(({ device }) => device.deviceId))}::text::uuid[],
      ${plain(appeared.map(({ device }) => device.version))}::text::int[], ${texts(appeared.map(({ at }) => instant(at)))}::text::timestamptz[],
      ${texts(appeared.map(({ seenAt }) => instant(seenAt)))}::text::timestamptz[],
      ${byteas(appeared.map(({ device }) => encodeReadings(device.readings)))}::text::bytea[])
      as d (device_id, version, at, seen_at, readings)
    order by device_id
    on conflict (project_id, device_id) do nothing`;
  // Where another change of a device was first, it stands, as it does for two logins at once.
  await sql`
    update devices d set version = m.version, last_seen_at = greatest(d.last_seen_at, m.seen_at), readings = m.readings
    from unnest(${plain(drifted.map(({ device }) => device.deviceId))}::text::uuid[], ${plain(drifted.map(({ version }) => version - 1))}::text::int[],
      ${plain(drifted.map(({ device }) => device.version))}::text::int[], ${texts(drifted.map(({ seenAt }) => instant(seenAt)))}::text::timestamptz[],
      ${byteas(drifted.map(({ device }) => encodeReadings(device.readings)))}::text::bytea[])
      as m (device_id, before, version, seen_at, readings)
    where d.project_id = ${projectId} and d.device_id = m.device_id and d.version = m.before`;

  const pathRows = (of: (machine: (typeof machines)[number]) => ReadonlySet<string>) =>
    machines.flatMap((machine) => [...of(machine)].map((path) => ({ path, id: machine.device.deviceId })));
  const gone = pathRows(({ dropped }) => dropped);
  const come = pathRows(({ added }) => added);
  await sql`
    delete from device_paths p
    using unnest(${texts(gone.map(({ path }) => path))}::text::text[], ${plain(gone.map(({ id }) => id))}::text::uuid[]) as k (hex, device_id)
    where p.project_id = ${projectId} and p.path_key = decode(k.hex, 'hex') and p.device_id = k.device_id`;
  await sql`
    insert into device_paths (project_id, path_key, device_id)
    select ${projectId}::uuid, decode(k.hex, 'hex'), k.device_id
    from unnest(${texts(come.map(({ path }) => path))}::text::text[], ${plain(come.map(({ id }) => id))}::text::uuid[]) as k (hex, device_id)
    order by k.hex, k.device_id
    on conflict (project_id, path_key, device_id) do nothing`;
}
