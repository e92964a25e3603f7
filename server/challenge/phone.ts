import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";

/** A telephone number that a text message can go to. */
export interface Phone {
  /** `+` and digits (E.164). */
  readonly number: string;
  /** ISO 3166-1 alpha-2 code, or `+` and the calling code where several countries share it and the number does not tell. */
  readonly country: string;
}

/** Whether numbers of a country can be read. */
export function isPhoneCountry(country: string): boolean {
  return isSupportedCountry(country);
}

/**
 * Reads a number in international form (`+47…`), or in the national form of `defaultCountry`. Undefined where no such number can exist.
 */
export function readPhone(text: string, defaultCountry: string | undefined): Phone | undefined {
  const country =
    defaultCountry !== undefined && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const parsed = parsePhoneNumberFromString(text, country === undefined ? {} : { defaultCountry: country });
  if (!parsed?.isPossible()) return undefined;
  return { number: parsed.number, country: parsed.country ?? `+${parsed.countryCallingCode}` };
}
