import { readFile } from "node:fs/promises";
import { type Clock, systemClock } from "../../clock.js";
import { type Log, silentLog } from "../../log.js";
import type { Anonymity, AnonymityKind } from "../../risk/anonymity.js";
import { type Mmdb, openMmdb } from "../geo/mmdb.js";
import { type AddressList, parseAddressList } from "./address-list.js";
import type { AnonymitySource } from "./anonymity.js";
import { networkKind } from "./hosting-networks.js";
import { type WatchedFile, watchFile } from "./watched-file.js";

/** Kinds that an operator can give a list of, with the setting that names the file. */
export const listSettings = {
  tor: "TOR_LIST",
  vpn: "VPN_LIST",
  proxy: "PROXY_LIST",
  hosting: "HOSTING_LIST",
} as const satisfies Partial<Record<AnonymityKind, string>>;

/** Kinds that an operator can give a list of. */
export type ListKind = keyof typeof listSettings;

/** Where to look. */
export interface AnonymityOptions {
  /** Path of a GeoIP2 Anonymous IP file (`GEOIP_ANONYMOUS_DB`). */
  readonly anonymousDb?: string;
  /** Paths of lists: one address or CIDR range a line. */
  readonly lists?: Readonly<Partial<Record<ListKind, string>>>;
  /** Default: nothing is logged. */
  readonly log?: Log;
  /** What the files' age is counted by. Default: the machine's clock. */
  readonly clock?: Clock;
  /** How often files are looked at, in milliseconds; 0: never by itself. Default: 15 seconds. */
  readonly everyMs?: number;
}

/** A list of all Tor exits has some thousands of lines, one of all data centres some hundred thousands. */
const maxListBytes = 64 * 1_048_576;
const maxDatabaseBytes = 1024 * 1_048_576;

/** The flags of a GeoIP2 Anonymous IP record, and what each makes of an address. */
const flags = [
  ["is_tor_exit_node", "tor"],
  ["is_anonymous_vpn", "vpn"],
  ["is_public_proxy", "proxy"],
  ["is_residential_proxy", "proxy"],
  ["is_hosting_provider", "hosting"],
] as const satisfies readonly (readonly [string, AnonymityKind])[];

async function loadDatabase(path: string): Promise<Mmdb> {
  const database = await openMmdb(path);
  if (!/anonymous/i.test(database.type)) {
    throw new Error(`is a "${database.type}" database, not one of anonymous addresses`);
  }
  return database;
}

async function loadList(path: string, previous: AddressList | undefined): Promise<AddressList> {
  const text = await readFile(path, "utf8");
  const list = parseAddressList(text);
  // Whoever wrote a whole list ended its last line; one that is shorter than the last and does not was cut off.
  if (previous !== undefined && list.entries < previous.entries && !text.endsWith("\n")) {
    throw new Error("looks cut short: it is shorter than before and its last line has no end");
  }
  return list;
}

/**
 * Opens what an operator gives, beside the built-in list of hosting networks. A file that cannot be used is said in the log and in `status`;
 * the server runs without it, and takes it as soon as it can be used.
 */
export async function openAnonymity(options: AnonymityOptions = {}): Promise<AnonymitySource> {
  const { anonymousDb, lists = {}, log = silentLog, clock = systemClock, everyMs = 15_000 } = options;
  const database =
    anonymousDb === undefined
      ? undefined
      : watchFile<Mmdb>({
          setting: "GEOIP_ANONYMOUS_DB",
          path: anonymousDb,
          maxBytes: maxDatabaseBytes,
          load: loadDatabase,
          describe: ({ type, builtAt }) => `${type} built ${new Date(builtAt).toISOString().slice(0, 10)}`,
          clock,
          log,
        });
  const watched = (Object.keys(listSettings) as ListKind[]).flatMap((kind) => {
    const path = lists[kind];
    if (path === undefined) return [];
    const setting = listSettings[kind];
    const describe = ({ entries }: AddressList) => `${entries} entries`;
    const file = watchFile({ setting, path, maxBytes: maxListBytes, load: loadList, describe, clock, log });
    return [{ kind, setting, file }];
  });

  const files: readonly WatchedFile<unknown>[] = [
    ...(database === undefined ? [] : [database]),
    ...watched.map(({ file }) => file),
  ];
  let running: Promise<void> | undefined;
  const refresh = () => {
    running ??= Promise.all(files.map((file) => file.refresh())).then(() => {
      running = undefined;
    });
    return running;
  };
  await refresh();
  const timer = everyMs === 0 || files.length === 0 ? undefined : setInterval(() => void refresh(), everyMs);
  timer?.unref();

  return {
    look(ip, asn) {
      if (!ip.evaluable) return {};
      const found: Partial<Record<AnonymityKind, string>> = {};
      const kind = asn === undefined ? undefined : networkKind(asn);
      if (kind !== undefined) found[kind] = "the built-in list of networks";
      const record = database?.value()?.record(ip);
      if (typeof record === "object" && record !== null) {
        for (const [flag, of] of flags) {
          if ((record as Readonly<Record<string, unknown>>)[flag] === true) found[of] = "GEOIP_ANONYMOUS_DB";
        }
      }
      for (const { kind: of, setting, file } of watched) {
        if (file.value()?.has(ip)) found[of] = setting;
      }
      return found satisfies Anonymity;
    },
    status: () => ({
      ...(database === undefined ? {} : { GEOIP_ANONYMOUS_DB: database.text() }),
      ...Object.fromEntries(watched.map(({ setting, file }) => [setting, file.text()])),
    }),
    refresh,
    close: () => clearInterval(timer),
  };
}
