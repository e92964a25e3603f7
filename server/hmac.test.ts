import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hmacUnder } from "./hmac.js";

/** The same as Node makes it. */
function plain(key: Uint8Array, parts: readonly string[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) {
    const bytes = Buffer.from(part, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest("hex");
}

test("is what Node's HMAC is, for any key of a block and any parts, one after the other", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: "grapheme", minLength: 100, maxLength: 900 }),
    fc.constantFrom("", "\ud800", "é".repeat(1_000)),
  );
  const key = fc.uint8Array({ maxLength: 64 });
  fc.assert(
    fc.property(key, fc.array(fc.array(part, { maxLength: 5 }), { maxLength: 5 }), (bytes, lists) => {
      const mac = hmacUnder(bytes);
      const tags = lists.map((parts) => mac(parts));
      expect(tags.map((tag) => tag.toString("hex"))).toEqual(lists.map((parts) => plain(bytes, parts)));
    }),
  );
});
