import type { Config } from "./config.js";

/** Where the server listens. */
export interface Ports {
  readonly http: number;
  readonly grpc: number;
  /** Where METRICS_PORT is set, and not in a worker. */
  readonly metrics?: number;
}

/** What a newcomer reads when the server is ready. `secret` only where it was made just now. */
export function welcome(
  config: Config,
  ports: Ports,
  databaseText: string,
  secret: string | undefined,
): string {
  const scheme = config.tls === undefined ? "http" : "https";
  const host = config.host === "0.0.0.0" || config.host === "127.0.0.1" ? "localhost" : config.host;
  const base = `${scheme}://${host}:${ports.http}`;
  const lines = [
    "",
    "  Rupt is ready.",
    "",
    `  REST, Connect, gRPC-Web   ${base}`,
    `  gRPC                      ${host}:${ports.grpc}`,
    `  Database                  ${databaseText}`,
    ...(config.smtpUrls.length === 0 || config.smsProviders.length === 0
      ? [`  Codes arrive at           ${base}/inbox`]
      : []),
    "",
  ];
  if (secret === undefined) {
    lines.push("  For a new API secret: npm run rupt -- secret rotate PROJECT", "");
    return `${lines.join("\n")}\n`;
  }
  lines.push(
    `  Your project is "development". Its API secret, shown this once:`,
    "",
    `    ${secret}`,
    "",
    "  Try it:",
    "",
    `    curl -X POST ${base}/v2/devices/evaluate \\`,
    `      -H "Authorization: Bearer ${secret}" \\`,
    `      -H "Content-Type: application/json" \\`,
    `      -d '{"action": "login", "user": "USER_ID", "fingerprint": "REQUEST_HASH", "ip": "84.208.20.110", "email": "user@example.com"}'`,
    "",
  );
  return `${lines.join("\n")}\n`;
}
