import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { type Hmac, hmacUnder } from "./hmac.js";

/** What a key is used for. Each purpose has a key of its own, so that a value made for one can never serve another. */
export type KeyPurpose =
  | "address"
  | "secret"
  | "code"
  | "contact"
  | "client_token"
  | "proof"
  | "idempotency"
  | "fingerprint"
  | "device_token"
  | "budget"
  | "report"
  | "counter";

interface DerivedKey {
  readonly id: string;
  mac(purpose: KeyPurpose, parts: readonly string[]): Buffer;
  cipherKey: Buffer;
}

/**
 * The server's secret keys, all derived (HKDF-SHA-256, RFC 5869) from the master keys. The first master key makes new values; all of them
 * recognise old ones, so that a master key can be replaced without a stop: put the new one in front, and drop the old one later.
 */
export interface Keys {
  /** Public name of the newest master key, 8 hexadecimal digits; tells nothing about the key. */
  readonly id: string;
  /** Names of all master keys, newest first. */
  readonly ids: readonly string[];
  /** HMAC-SHA-256 of the parts under the newest key, 32 bytes. The parts are length-prefixed, so no two lists of parts collide. */
  mac(purpose: KeyPurpose, ...parts: readonly string[]): Buffer;
  /** The same under each key, newest first. */
  macs(purpose: KeyPurpose, ...parts: readonly string[]): readonly Buffer[];
  /** Whether `tag` is the `mac` of the parts under any of the keys, compared in constant time. */
  verify(tag: Uint8Array, purpose: KeyPurpose, ...parts: readonly string[]): boolean;
  /** Encrypts text (AES-256-GCM). `context` must be given again to open it. Answers `KEYID.base64url`. */
  seal(text: string, context: string): string;
  /** Opens what `seal` made. Throws when it was altered, made for another context, or made under a key that is gone. */
  open(sealed: string, context: string): string;
}

function derive(master: string): DerivedKey {
  const expand = (info: string) => Buffer.from(hkdfSync("sha256", master, "rupt", info, 32));
  const hmacs = new Map<KeyPurpose, Hmac>();
  return {
    id: expand("id").toString("hex", 0, 4),
    cipherKey: expand("seal"),
    mac(purpose, parts) {
      let hmac = hmacs.get(purpose);
      if (hmac === undefined) {
        hmac = hmacUnder(expand(`mac:${purpose}`));
        hmacs.set(purpose, hmac);
      }
      return hmac(parts);
    },
  };
}

/** Derives the keys from master keys of 32 characters or more, newest first. Throws when there is none. */
export function deriveKeys(masterKeys: readonly string[]): Keys {
  const all = masterKeys.map(derive);
  const newest = all[0];
  if (newest === undefined) throw new Error("at least one master key is needed");
  return {
    id: newest.id,
    ids: all.map((key) => key.id),
    mac: (purpose, ...parts) => newest.mac(purpose, parts),
    macs: (purpose, ...parts) => all.map((key) => key.mac(purpose, parts)),
    verify(tag, purpose, ...parts) {
      let right = false;
      for (const key of all) {
        const expected = key.mac(purpose, parts);
        if (tag.length === expected.length && timingSafeEqual(tag, expected)) right = true;
      }
      return right;
    },
    seal(text, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", newest.cipherKey, nonce);
      cipher.setAAD(Buffer.from(context, "utf8"));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${newest.id}.${Buffer.concat([nonce, body, cipher.getAuthTag()]).toString("base64url")}`;
    },
    open(sealed, context) {
      const [id, encoded] = sealed.split(".");
      const key = all.find((candidate) => candidate.id === id);
      if (key === undefined || encoded === undefined)
        throw new Error("sealed under a master key that is not configured");
      const bytes = Buffer.from(encoded, "base64url");
      const decipher = createDecipheriv("aes-256-gcm", key.cipherKey, bytes.subarray(0, 12));
      decipher.setAAD(Buffer.from(context, "utf8"));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
    },
  };
}
