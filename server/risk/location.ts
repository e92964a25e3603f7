/** A point on the map with the uncertainty of the database it came from. */
export interface Place {
  /** Degrees north, −90 to 90, rounded to four decimals (about 11 m). */
  readonly latitude: number;
  /** Degrees east, −180 to 180, rounded to four decimals. */
  readonly longitude: number;
  /**
   * Radius in kilometres around the point, above 0. The address is *probably* inside: vendors state it for
   * about two thirds of addresses, so a distance between two places has to leave room for both radii.
   */
  readonly accuracyKm: number;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string;
  /** First-level subdivision, in English where the database has it. For people to read, not to compare. */
  readonly region?: string;
  /** City or district, in English where the database has it. For people to read, not to compare. */
  readonly city?: string;
}

/** The network that announces an address. */
export interface Network {
  /** Autonomous system number, 1 to 4294967295. */
  readonly asn: number;
  /** Name of the organisation behind it; empty when the database has a number only. */
  readonly name: string;
}

/** What the databases know of one address. Every part may be missing; all missing means "cannot be located". */
export interface Location {
  readonly place?: Place;
  readonly network?: Network;
  /** ISO 3166-1 alpha-2, upper case. May be known where no `place` is: a country is not a point. */
  readonly country?: string;
}

/** A place as people read it, such as `Oslo, NO`. */
export function nameOf(place: Place | undefined): string {
  const parts = [place?.city ?? place?.region, place?.country].filter((part) => part !== undefined);
  return parts.length === 0 ? "an unnamed place" : parts.join(", ");
}
