import type { Instant } from "../../clock.js";
import type { IpAddress } from "../../risk/ip-address.js";

/** One loaded database. */
export interface Database<Answer> {
  /** When its maker built it; absent when that is not known. */
  readonly builtAt?: Instant;
  /** What it knows of an evaluable address; undefined when nothing. Never throws. */
  find(ip: IpAddress): Answer | undefined;
}

/**
 * One kind of database and its two sources. Both functions reject with an Error whose message goes on after
 * the file's or package's name ("is cut short").
 */
export interface DatabaseKind<Answer> {
  readonly label: "city" | "asn";
  /** The setting that names a file. */
  readonly setting: "GEOIP_CITY_DB" | "GEOIP_ASN_DB";
  /** The npm package used when the setting is empty. */
  readonly packageName: string;
  /** What answers lack without it, for people. */
  readonly without: string;
  /** Opens a file in MaxMind DB format. */
  openFile(path: string): Promise<Database<Answer>>;
  /** Opens the package that lies in this folder. */
  openPackage(folder: string): Promise<Database<Answer>>;
}
