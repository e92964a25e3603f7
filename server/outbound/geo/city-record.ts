import type { Location, Place } from "../../risk/location.js";

/**
 * The radius for a city whose database publishes none (DB-IP's free one does not). 50 km takes in a
 * metropolitan area with its suburbs, and is the distance within which vendors count a city as correct when
 * they publish their accuracy. It is an assumption, not a measurement: a wrong city is often wrong by more.
 */
export const assumedCityRadiusKm = 50;

/** Half the earth's circumference: no radius can mean more. */
const largestRadiusKm = 20_038;

/**
 * Reads a record of a city database, whatever it holds; odd fields are left out. Two layouts are known by their
 * shape: MaxMind's nested one (`location.latitude`, `country.iso_code`, …) and the flat one (`latitude`,
 * `country_code`, …).
 *
 * Without a published radius, coordinates count only when a city is named: for a region or country they are
 * the middle of something of unknown size. `country` is where the address is, never where it is registered.
 */
export function readCityRecord(record: unknown): Pick<Location, "place" | "country"> {
  if (!isObject(record)) return {};
  return "country_code" in record ? located(flatFields(record)) : located(nestedFields(record));
}

interface Fields {
  readonly latitude: unknown;
  readonly longitude: unknown;
  readonly radiusKm: unknown;
  readonly country: unknown;
  readonly region: unknown;
  readonly city: unknown;
}

function flatFields(record: Readonly<Record<string, unknown>>): Fields {
  return {
    latitude: record.latitude,
    longitude: record.longitude,
    radiusKm: undefined,
    country: record.country_code,
    region: record.state1,
    city: record.city,
  };
}

function nestedFields(record: Readonly<Record<string, unknown>>): Fields {
  const point = isObject(record.location) ? record.location : {};
  const subdivisions: readonly unknown[] = Array.isArray(record.subdivisions) ? record.subdivisions : [];
  return {
    latitude: point.latitude,
    longitude: point.longitude,
    radiusKm: point.accuracy_radius,
    country: isObject(record.country) ? record.country.iso_code : undefined,
    region: englishName(subdivisions[0]),
    city: englishName(record.city),
  };
}

function located(fields: Fields): Pick<Location, "place" | "country"> {
  const country = countryCode(fields.country);
  const city = nonEmpty(fields.city);
  const region = nonEmpty(fields.region);
  const latitude = degrees(fields.latitude, 90);
  const longitude = degrees(fields.longitude, 180);
  const accuracyKm = radius(fields.radiusKm) ?? (city === undefined ? undefined : assumedCityRadiusKm);
  const countryPart = country === undefined ? undefined : { country };
  // 0°, 0° is open sea: it is how some tables write "unknown".
  const nowhere = latitude === 0 && longitude === 0;
  if (latitude === undefined || longitude === undefined || accuracyKm === undefined || nowhere) {
    return { ...countryPart };
  }
  const place: Place = {
    latitude,
    longitude,
    accuracyKm,
    ...countryPart,
    ...(region === undefined ? undefined : { region }),
    ...(city === undefined ? undefined : { city }),
  };
  return { place, ...countryPart };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function englishName(value: unknown): unknown {
  return isObject(value) && isObject(value.names) ? value.names.en : undefined;
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** "ZZ" is the standard's word for an unknown country. */
function countryCode(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Z]{2}$/.test(value) && value !== "ZZ" ? value : undefined;
}

function degrees(value: unknown, limit: number): number | undefined {
  if (typeof value !== "number" || !(Math.abs(value) <= limit)) return undefined;
  return Math.round(value * 1e4) / 1e4;
}

function radius(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && value <= largestRadiusKm ? value : undefined;
}
