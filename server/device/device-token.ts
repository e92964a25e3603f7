import type { Instant } from "../clock.js";

/** What a device token says: that its bearer was this device of this project at that time. It holds nothing else, and nothing of a person. */
export interface DeviceToken {
  readonly projectId: string;
  readonly deviceId: string;
  readonly issuedAt: Instant;
}

/** A token that was read, or why it says nothing. */
export type ReadToken =
  | { readonly state: "valid"; readonly token: DeviceToken }
  | { readonly state: "malformed" | "forged" | "expired" };

/** Tells device tokens from other secrets. */
const prefix = "ruptdt_";

/** Browsers keep no cookie for longer than 400 days (RFC 6265bis), and each answer brings a new token. */
const lifetimeMs = 400 * 86_400_000;

const textPattern =
  /^ruptdt_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{43})$/;

/** Writes a token. `sign` answers the 32-byte tag of the parts. */
export function writeDeviceToken(token: DeviceToken, sign: (...parts: string[]) => Buffer): string {
  const issued = token.issuedAt.toString(36);
  return `${prefix}${token.deviceId}.${issued}.${sign(token.projectId, token.deviceId, issued).toString("base64url")}`;
}

/** Reads a token for a project; that of another project is forged there. `verify` compares a tag in constant time. */
export function readDeviceToken(
  text: string,
  projectId: string,
  now: Instant,
  verify: (tag: Buffer, ...parts: string[]) => boolean,
): ReadToken {
  const [, deviceId, issued, tag] = textPattern.exec(text) ?? [];
  if (deviceId === undefined || issued === undefined || tag === undefined) return { state: "malformed" };
  if (!verify(Buffer.from(tag, "base64url"), projectId, deviceId, issued)) return { state: "forged" };
  const issuedAt = Number.parseInt(issued, 36);
  if (now - issuedAt >= lifetimeMs) return { state: "expired" };
  return { state: "valid", token: { projectId, deviceId, issuedAt } };
}
