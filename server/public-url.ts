import type { Config } from "./config.js";

/**
 * Where browsers reach the server, without a slash at the end: what the operator says, else, in development, this machine. Undefined in production
 * without `PUBLIC_URL`, and in development until the port is open.
 */
export function publicUrl({ publicUrl, mode, tls }: Config, port: number | undefined): string | undefined {
  if (publicUrl !== undefined) return publicUrl;
  if (mode === "production" || port === undefined) return undefined;
  return `${tls === undefined ? "http" : "https"}://localhost:${port}`;
}
