import fc from "fast-check";
import { expect, test } from "vitest";
import { byteas, instants, plain, texts } from "./array-literals.js";
import { toCounter } from "./counter-codec.js";

test("what needs no quotes", () => {
  expect(plain([])).toBe("{}");
  expect(plain([1, null, true, undefined, "01890a5d-ac96-774b-bcce-b302099a8057"])).toBe(
    "{1,NULL,true,NULL,01890a5d-ac96-774b-bcce-b302099a8057}",
  );
});

test("texts are quoted, an empty one among them, and NULL is none", () => {
  expect(texts(["", "NULL", null, undefined, 'say "x"', "a\\b", "{,}"])).toBe(
    '{"","NULL",NULL,NULL,"say \\"x\\"","a\\\\b","{,}"}',
  );
  expect(texts(['"', '"', "\\"])).toBe('{"\\"","\\"","\\\\"}');
});

test("byte strings, a part of a larger one too", () => {
  expect(byteas([Buffer.from([0, 255]), null, new Uint8Array([1, 2, 3]).subarray(1)])).toBe(
    '{"\\\\x00ff",NULL,"\\\\x0203"}',
  );
});

test("instants, the same again and another", () => {
  const [first, second] = ["2026-03-02T08:00:00.000Z", "2026-03-02T08:00:00.001Z"];
  const [a, b] = [Date.parse(first), Date.parse(second)];
  expect(instants([a, a, b, a, 0])).toBe(`{${first},${first},${second},${first},1970-01-01T00:00:00.000Z}`);
});

test("a counter, whatever its key", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.bigInt(), fc.nat()),
      (key, numbers) => {
        const [bucket, failed, succeeded, users, before] = numbers;
        expect(toCounter([bucket, failed, succeeded, users, before, 0, "-1", key].join(" "))).toEqual({
          ...{ key, bucket, failed, succeeded, users: String(users) },
          ...{ failedBefore: before, succeededBefore: 0, usersBefore: "-1" },
        });
      },
    ),
  );
});
