import type { Instant } from "../../clock.js";
import type { IpAddress } from "../../risk/ip-address.js";
import type { Location } from "../../risk/location.js";

/**
 * Where addresses are and who announces them, answered from files on this machine: no call leaves it.
 * Works without any database; then every answer is empty and `status` says so.
 */
export interface Geo {
  /**
   * What is known of an address, at once and from memory. Never throws: an address that is not evaluable,
   * unknown, or whose record is damaged has an empty or partial location.
   */
  locate(ip: IpAddress): Location;
  /** What is loaded and how old it is now. */
  status(): GeoStatus;
  /** The names of the databases that are asked, to be kept beside what they answered, and whether one of them knows places. */
  builds(): GeoBuilds;
  /** Gives the memory back. Afterwards every location is empty and both databases count as not loaded. */
  close(): void;
}

/** Which databases are asked. */
export interface GeoBuilds {
  readonly names: string;
  readonly hasPlaces: boolean;
}

export interface GeoStatus {
  /** Answers `place` and `country`. */
  readonly city: GeoDatabaseStatus;
  /** Answers `network`. */
  readonly asn: GeoDatabaseStatus;
}

export type GeoDatabaseStatus = GeoDatabaseLoaded | GeoDatabaseMissing;

export interface GeoDatabaseLoaded {
  readonly loaded: true;
  /** The file's name without its folder, or the package and its version. */
  readonly source: string;
  /** When its maker built it; absent when it does not say. */
  readonly builtAt?: Instant;
  /** Whole days since then, 0 or more; absent with `builtAt`. */
  readonly ageDays?: number;
  /** One line for people, for example in `/readyz`. */
  readonly text: string;
}

export interface GeoDatabaseMissing {
  readonly loaded: false;
  /** One line for people: why, and what to do about it. */
  readonly text: string;
}
