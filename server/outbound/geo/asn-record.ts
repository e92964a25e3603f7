import type { Network } from "../../risk/location.js";

/** Largest autonomous system number: they have 32 bits. */
const largestAsn = 0xffff_ffff;

/** Reads a record of an ASN database in MaxMind's layout; undefined when it has no usable number. */
export function readAsnRecord(record: unknown): Network | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const { autonomous_system_number: asn, autonomous_system_organization: name } = record as Readonly<
    Record<string, unknown>
  >;
  if (typeof asn !== "number" || !Number.isInteger(asn) || asn < 1 || asn > largestAsn) return undefined;
  return { asn, name: typeof name === "string" ? name : "" };
}
