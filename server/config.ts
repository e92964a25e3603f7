import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { LogFormat, LogLevel } from "./log.js";
import { readSmsUrl, type SmsProvider } from "./sms-url.js";
import { parseTrustedProxies, type TrustedProxies } from "./trusted-proxies.js";

/** How the server runs: `development` prints a first secret, shows an inbox and reads easily; `production` does none of that. */
export type Mode = "development" | "production";

/** A certificate and its key, as PEM. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Everything the environment settles, checked. */
export interface Config {
  readonly mode: Mode;
  readonly host: string;
  readonly port: number;
  readonly grpcPort: number;
  /** Where metrics are read; absent: nowhere, and nothing is counted. */
  readonly metricsPort: number | undefined;
  readonly tls: Tls | undefined;
  /** Processes that serve on the same ports. */
  readonly workers: number;
  readonly trustedProxies: TrustedProxies;
  /** PostgreSQL URL; absent: an embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly databasePoolSize: number;
  /** Whether to use prepared statements. */
  readonly databasePrepare: boolean;
  readonly dataDir: string;
  /** Newest first; absent: the file `master.key` in `dataDir`. */
  readonly masterKeys: readonly string[] | undefined;
  readonly bootstrapSecret: string | undefined;
  /** Mail servers, in the order in which they are asked. */
  readonly smtpUrls: readonly string[];
  readonly mailFrom: string;
  /** Providers of text messages, in the order in which they are asked. */
  readonly smsProviders: readonly SmsProvider[];
  /** Longest wait for one provider to take one message. */
  readonly deliveryTimeoutMs: number;
  /** Where users and providers reach this server from outside, without a slash at the end. */
  readonly publicUrl: string | undefined;
  readonly geoipCityDb: string | undefined;
  readonly geoipAsnDb: string | undefined;
  readonly geoipAnonymousDb: string | undefined;
  /** Paths of lists of addresses, by what their addresses are. */
  readonly addressLists: AddressListPaths;
  /** After how many days evaluations and challenges are removed. */
  readonly retentionDays: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** The environment asks for something that cannot be. `problems` names each variable and the remedy. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n  - ${problems.join("\n  - ")}`,
    );
    this.problems = problems;
  }
}

/** One documented variable, for `--help` and README. */
export interface Variable {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

/** All variables that the server reads, in the order in which the README shows them. */
export const variables: readonly Variable[] = [
  { name: "PORT", default: "8080", meaning: "HTTP port: REST, Connect, gRPC-Web; 0 picks a free one" },
  { name: "GRPC_PORT", default: "50051", meaning: "gRPC port; 0 picks a free one" },
  {
    name: "METRICS_PORT",
    default: "",
    meaning:
      "port that answers `GET /metrics` for Prometheus, in clear and to whoever asks; 0 picks a free one",
  },
  { name: "HOST", default: "127.0.0.1, in production 0.0.0.0", meaning: "address to listen on" },
  {
    name: "NODE_ENV",
    default: "development",
    meaning:
      "`production` switches off the first secret, the inbox and readable logs; `test` is as `development`, and any other word is refused",
  },
  { name: "WORKERS", default: "1", meaning: "processes that serve on the same ports, 1 to 64" },
  {
    name: "DATABASE_URL",
    default: "an embedded PostgreSQL",
    meaning: "postgres://user:password@host:port/database",
  },
  { name: "DATABASE_POOL_SIZE", default: "10", meaning: "most connections of this process, 1 to 1000" },
  {
    name: "DATABASE_PREPARE",
    default: "on",
    meaning: "`off` behind a pooler in transaction mode that cannot keep prepared statements",
  },
  {
    name: "DATA_DIR",
    default: ".data",
    meaning: "folder of the embedded PostgreSQL and of the generated master key",
  },
  {
    name: "MASTER_KEYS",
    default: "DATA_DIR/master.key",
    meaning:
      "secret keys of 32 characters or more, comma-separated, newest first; the same on all servers of a database",
  },
  {
    name: "BOOTSTRAP_SECRET",
    default: "",
    meaning: "gives an empty database its first project with this API secret, 32 characters or more",
  },
  {
    name: "TRUSTED_PROXIES",
    default: "",
    meaning:
      "addresses and CIDR ranges of the proxies in front, comma-separated; their X-Forwarded-For is believed, no one else's",
  },
  { name: "TLS_CERT_FILE", default: "", meaning: "certificate chain (PEM) for both ports" },
  { name: "TLS_KEY_FILE", default: "", meaning: "its private key (PEM)" },
  {
    name: "SMTP_URL",
    default: "in development an inbox at /inbox",
    meaning:
      "smtp://user:password@host:587 or smtps://…:465; several, comma-separated, stand in for each other in this order",
  },
  {
    name: "MAIL_FROM",
    default: "Rupt <no-reply@localhost>",
    meaning: "sender of e-mails; set it with SMTP_URL",
  },
  {
    name: "SMS_URL",
    default: "in development an inbox at /inbox",
    meaning:
      "twilio+https://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=NUMBER or hook+https://:SECRET@host/path (percent-encoded); several, comma-separated, stand in for each other in this order",
  },
  {
    name: "DELIVERY_TIMEOUT_MS",
    default: "5000",
    meaning: "longest wait for one provider to take one message, 100 to 30000",
  },
  {
    name: "PUBLIC_URL",
    default: "",
    meaning:
      "https://host where users and providers reach this server; without it answers hold no challenge_url (in development they do, for localhost), messages carry no link and providers report no delivery",
  },
  {
    name: "GEOIP_CITY_DB",
    default: "DB-IP's city database from npm",
    meaning: "GeoIP2 or GeoLite2 City file (.mmdb)",
  },
  { name: "GEOIP_ASN_DB", default: "the ASN database from npm", meaning: "GeoLite2 ASN file (.mmdb)" },
  {
    name: "GEOIP_ANONYMOUS_DB",
    default: "",
    meaning: "GeoIP2 Anonymous IP file (.mmdb); read again when it changes",
  },
  {
    name: "TOR_LIST",
    default: "",
    meaning: "file of Tor exits, one address or CIDR range a line; read again when it changes",
  },
  { name: "VPN_LIST", default: "", meaning: "the same for VPN services" },
  { name: "PROXY_LIST", default: "", meaning: "the same for proxies" },
  {
    name: "HOSTING_LIST",
    default: "",
    meaning: "the same for data centres, beside the built-in list of networks",
  },
  {
    name: "RETENTION_DAYS",
    default: "180",
    meaning: "after how many days evaluations and challenges are removed, 1 to 3650",
  },
  { name: "LOG_LEVEL", default: "info", meaning: "debug, info, warn, error or silent" },
  { name: "LOG_FORMAT", default: "text, in production json", meaning: "json or text" },
];

/** Paths of files of addresses, by what is said of the addresses. */
export type AddressListPaths = Readonly<Partial<Record<"tor" | "vpn" | "proxy" | "hosting", string>>>;

function addressListPaths(text: (name: string) => string | undefined): AddressListPaths {
  const paths = (["tor", "vpn", "proxy", "hosting"] as const).map(
    (kind) => [kind, text(`${kind.toUpperCase()}_LIST`)] as const,
  );
  return Object.fromEntries(paths.filter(([, path]) => path !== undefined));
}

/** Reads an environment. Throws one ConfigError that names every problem. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === undefined || value === "" ? undefined : value;
  };
  const whole = (name: string, fallback: number, minimum: number, maximum: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= minimum && number <= maximum) return number;
    problems.push(`${name} must be a whole number from ${minimum} to ${maximum}`);
    return fallback;
  };
  const word = <W extends string>(name: string, fallback: W, words: readonly W[]): W => {
    const value = text(name);
    if (value === undefined) return fallback;
    const found = words.find((candidate) => candidate === value);
    if (found === undefined) problems.push(`${name} must be one of: ${words.join(", ")}`);
    return found ?? fallback;
  };
  const isUrl = (name: string, value: string, schemes: readonly string[]): boolean => {
    if (URL.canParse(value) && schemes.includes(new URL(value).protocol)) return true;
    problems.push(
      `${name} must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}`,
    );
    return false;
  };
  const url = (name: string, schemes: readonly string[]): string | undefined => {
    const value = text(name);
    return value !== undefined && isUrl(name, value, schemes) ? value : undefined;
  };
  const list = (name: string): readonly string[] =>
    text(name)
      ?.split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "") ?? [];
  const smsProviders = (name: string): readonly SmsProvider[] =>
    list(name).flatMap((part, index) => {
      const provider = readSmsUrl(part);
      if (typeof provider !== "string") return [provider];
      problems.push(`${name}, entry ${index + 1}: ${provider}`);
      return [];
    });
  const file = (name: string): Buffer | undefined => {
    const path = text(name);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      problems.push(
        `${name}: cannot read ${path} (${error instanceof Error ? error.message : "unknown fault"})`,
      );
      return undefined;
    }
  };

  // A server that was meant for production and misspelt must not show codes and secrets.
  const named = word("NODE_ENV", "development", ["production", "development", "test"]);
  const mode: Mode = named === "production" ? "production" : "development";
  const production = mode === "production";

  const cert = file("TLS_CERT_FILE");
  const key = file("TLS_KEY_FILE");
  if (cert !== undefined && key !== undefined) {
    try {
      createSecureContext({ cert, key });
    } catch (error) {
      const fault = error instanceof Error ? error.message : "unknown fault";
      problems.push(`TLS_CERT_FILE and TLS_KEY_FILE must be a PEM certificate and its PEM key (${fault})`);
    }
  }
  if ((text("TLS_CERT_FILE") === undefined) !== (text("TLS_KEY_FILE") === undefined)) {
    problems.push("TLS_CERT_FILE and TLS_KEY_FILE must be set together");
  }

  const bootstrapSecret = text("BOOTSTRAP_SECRET");
  if (bootstrapSecret !== undefined && !/^(?!ruptct_)[\x21-\x7e]{32,512}$/.test(bootstrapSecret)) {
    problems.push(
      "BOOTSTRAP_SECRET must have 32 to 512 visible ASCII characters and not begin with ruptct_, for example from: openssl rand -base64 32",
    );
  }

  const masterKeys = text("MASTER_KEYS")
    ?.split(",")
    .map((part) => part.trim());
  if (masterKeys?.some((part) => part.length < 32)) {
    problems.push(
      "MASTER_KEYS: each key must have 32 characters or more, for example from: openssl rand -base64 32",
    );
  }

  if (!production && text("SMTP_URL") === undefined && Number(text("WORKERS") ?? 1) > 1) {
    problems.push(
      "WORKERS above 1 needs SMTP_URL in development: the inbox lies in the memory of one process",
    );
  }
  const publicUrl = url("PUBLIC_URL", ["https:", "http:"])?.replace(/\/+$/, "");
  if (publicUrl !== undefined && /[?#@]/.test(publicUrl)) {
    problems.push("PUBLIC_URL must be an address without user name, query or fragment");
  }

  const parsedProxies = parseTrustedProxies(text("TRUSTED_PROXIES") ?? "");
  if ("problem" in parsedProxies) problems.push(`TRUSTED_PROXIES: ${parsedProxies.problem}`);

  const config: Config = {
    mode,
    host: text("HOST") ?? (production ? "0.0.0.0" : "127.0.0.1"),
    port: whole("PORT", 8080, 0, 65535),
    grpcPort: whole("GRPC_PORT", 50051, 0, 65535),
    metricsPort: text("METRICS_PORT") === undefined ? undefined : whole("METRICS_PORT", 0, 0, 65535),
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    workers: whole("WORKERS", 1, 1, 64),
    trustedProxies: "proxies" in parsedProxies ? parsedProxies.proxies : { has: () => false },
    databaseUrl: url("DATABASE_URL", ["postgres:", "postgresql:"]),
    databasePoolSize: whole("DATABASE_POOL_SIZE", 10, 1, 1000),
    databasePrepare: word("DATABASE_PREPARE", "on", ["on", "off"]) === "on",
    dataDir: resolve(text("DATA_DIR") ?? ".data"),
    masterKeys,
    bootstrapSecret,
    smtpUrls: list("SMTP_URL").filter((value) => isUrl("SMTP_URL", value, ["smtp:", "smtps:"])),
    mailFrom: text("MAIL_FROM") ?? "Rupt <no-reply@localhost>",
    smsProviders: smsProviders("SMS_URL"),
    deliveryTimeoutMs: whole("DELIVERY_TIMEOUT_MS", 5_000, 100, 30_000),
    publicUrl,
    geoipCityDb: text("GEOIP_CITY_DB"),
    geoipAsnDb: text("GEOIP_ASN_DB"),
    geoipAnonymousDb: text("GEOIP_ANONYMOUS_DB"),
    addressLists: addressListPaths(text),
    retentionDays: whole("RETENTION_DAYS", 180, 1, 3650),
    logLevel: word("LOG_LEVEL", "info", ["debug", "info", "warn", "error", "silent"]),
    logFormat: word("LOG_FORMAT", production ? "json" : "text", ["json", "text"]),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
