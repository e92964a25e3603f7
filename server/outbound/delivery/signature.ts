import { createHmac, timingSafeEqual } from "node:crypto";

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The header by which Twilio signs its call-backs. */
export const twilioSignatureHeader = "x-twilio-signature";

/** Twilio's signature: HMAC-SHA-1 of the URL and the form's names and values, sorted by name, as base64. */
export function twilioSignature(
  authToken: string,
  url: string,
  form: Iterable<readonly [string, string]>,
): string {
  const fields = [...form].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = url + fields.map(([name, value]) => name + value).join("");
  return createHmac("sha1", authToken).update(text, "utf8").digest("base64");
}

/** Whether a call-back was signed with the token, compared in constant time. */
export function isTwilioSignature(
  signature: string,
  authToken: string,
  url: string,
  form: Iterable<readonly [string, string]>,
): boolean {
  return equal(signature, twilioSignature(authToken, url, form));
}

/** The header by which both sides of the signed hook sign: `t=SECONDS,v1=HEX`. */
export const hookSignatureHeader = "x-rupt-signature";

/** How far a signature's time may be off, in seconds. */
const hookToleranceSeconds = 300;

function hookTag(secret: string, seconds: string, body: string): string {
  return createHmac("sha256", secret).update(`${seconds}.${body}`, "utf8").digest("hex");
}

/** Signs a body: HMAC-SHA-256 of `SECONDS.BODY`. */
export function hookSignature(secret: string, body: string, nowMs: number): string {
  const seconds = String(Math.floor(nowMs / 1000));
  return `t=${seconds},v1=${hookTag(secret, seconds, body)}`;
}

/** Whether a body was signed with the secret, less than five minutes ago; compared in constant time. */
export function isHookSignature(header: string, secret: string, body: string, nowMs: number): boolean {
  const [, seconds, tag] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (seconds === undefined || tag === undefined) return false;
  const right = equal(tag, hookTag(secret, seconds, body));
  return right && Math.abs(nowMs / 1000 - Number(seconds)) <= hookToleranceSeconds;
}
