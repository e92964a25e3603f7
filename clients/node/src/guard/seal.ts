import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { invalidUse } from "../error.js";

/** Makes texts that nobody without the secret can read, alter or make up. */
export interface Seal {
  seal(text: string): string;
  /** Undefined when it is not one of ours. */
  open(sealed: string): string | undefined;
}

const nonceBytes = 12;
const tagBytes = 16;
const leastCharacters = 32;

/** AES-256-GCM under keys derived from the secrets: the first one seals, each of them opens. @throws RuptError for a short secret */
export function createSeal(secrets: readonly string[], purpose: string): Seal {
  const keys = secrets.map((secret) => {
    if (typeof secret !== "string" || secret.length < leastCharacters)
      throw invalidUse(
        "cookieSecret",
        `must have ${leastCharacters} characters or more, such as from: openssl rand -base64 32`,
      );
    return Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));
  });
  const [first] = keys;
  if (first === undefined) throw invalidUse("cookieSecret", "must hold at least one secret");

  function openWith(key: Buffer, bytes: Buffer): string | undefined {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      return (
        decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, "utf8") + decipher.final("utf8")
      );
    } catch {
      return undefined;
    }
  }

  return {
    seal(text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", first, nonce, { authTagLength: tagBytes });
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < nonceBytes + tagBytes) return undefined;
      for (const key of keys) {
        const text = openWith(key, bytes);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}
