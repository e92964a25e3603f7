import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack } from "./pack.js";
import { dictionary, type Packable } from "./packed-format.js";
import { unpack } from "./unpack.js";

const known = dictionary(["at", "count", "key", "known", "chrome"]);
const again = (value: Packable) => unpack(pack(value, known), known);

describe("what is packed comes back", () => {
  test.each<[string, Packable]>([
    ["nothing", null],
    ["numbers", [0, 63, 64, 16_383, 16_384, 2 ** 53 - 1, -1, -64, 1.5, -0.0001, 59.9127, 1 / 3, 1e300, -0]],
    ["beyond numbers", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ["instants", [1_772_438_400_000, 1_772_438_400_000, 1_772_438_399_000, 1_772_438_400_001, 1e12, 5e12]],
    ["texts", ["", "a", "Oslo", "Oslo", "known", "æøå 漢字", "\u0000", "x".repeat(300)]],
    [
      "ids",
      [
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "01890A5D-AC96-774B-BCCE-B302099A8057",
      ],
    ],
    ["addresses", ["84.208.20.110", "84.208.20.110", "0.0.0.0", "255.255.255.255", "256.1.1.1", "01.2.3.4"]],
    ["hashes", ["20c20bda|2151a3bc|289e30df", "20c20bda|2151a3bc|289e30df", "20C20BDA|2151a3bc|289e30df"]],
    ["bytes", [Buffer.from([0, 255]), Buffer.alloc(0)]],
    ["objects", { at: 1, other: { key: "known", __proto__: null }, list: [[], {}] }],
    ["many", Array.from({ length: 400 }, (_, n) => ({ key: n, [`k${n}`]: [n / 7] }))],
  ])("%s", (_, value) => {
    expect(again(value)).toEqual(value);
  });

  test("a member named __proto__ is one, not a prototype", () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}}') as Packable;
    const back = again(value) as object;
    expect(Object.keys(back)).toEqual(["__proto__"]);
    expect((back as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("whatever JSON says", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(again(value as Packable)).toEqual(value);
      }),
    );
  });

  test("every double, to the bit", () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (values) => {
        const back = again(values) as number[];
        expect(back.every((value, index) => Object.is(value, values[index]))).toBe(true);
      }),
    );
  });

  test("every word of a dictionary, as a value and as a name", () => {
    const all = dictionary(Array.from({ length: 255 }, (_, n) => `word ${n}`));
    const value = all.words.map((word) => ({ [word]: word }));
    expect(unpack(pack(value, all), all)).toEqual(value);
  });

  test("objects of a known shape, of a shape like it, and of 32 members", () => {
    const shaped = dictionary(
      ["key", "at"],
      [
        ["key", "at"],
        ["key", "at", "more"],
      ],
    );
    const values = [
      { key: 1, at: 2 },
      { at: 2, key: 1 },
      { key: 1 },
      { key: 1, at: undefined },
      { key: 1, at: 2, more: { key: 3, at: 4 } },
    ];
    expect(unpack(pack(values, shaped), shaped)).toEqual(values);
    expect(pack({ key: 1, at: 2 }, shaped)).toHaveLength(4);
    const large = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`member ${n}`, n]));
    expect(unpack(pack(large, shaped), shaped)).toEqual(large);
  });

  test("members that are undefined are left out", () => {
    expect(again({ at: undefined, key: 1 })).toEqual({ key: 1 });
  });

  test("with a dictionary that has grown since", () => {
    const bytes = pack({ at: "chrome" }, known);
    expect(unpack(bytes, dictionary([...known.words, "later"]))).toEqual({ at: "chrome" });
  });
});

describe("it is small", () => {
  test("known words and small numbers are one byte, what was said before two", () => {
    expect(pack("chrome", known)).toHaveLength(1);
    expect(pack({ count: 1, key: "known" }, known)).toHaveLength(5);
    const id = "01890a5d-ac96-774b-bcce-b302099a8057";
    expect(pack([id], known)).toHaveLength(18);
    expect(pack([id, id], known)).toHaveLength(20);
    expect(pack("84.208.20.110", known)).toHaveLength(6);
    expect(pack("20c20bda|2151a3bc|289e30df", known)).toHaveLength(14);
  });
});

describe("texts of a frequent form", () => {
  const address = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
  const hashes = /^[0-9a-f]{8}\|[0-9a-f]{8}\|[0-9a-f]{8}$/;
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
  const texts = fc.oneof(
    fc.stringMatching(address),
    fc.stringMatching(/^[0-9.]{5,16}$/),
    fc.stringMatching(hashes),
    fc.stringMatching(/^[0-9a-g|]{8}[|-][0-9a-fA-F]{8}[|-][0-9a-f]{8}$/),
    fc.stringMatching(uuid),
    fc.stringMatching(/^[0-9a-g]{8}[-|][0-9a-f]{4}-[0-9a-fA-F]{4}-[0-9a-f]{4}[-|][0-9a-f]{12}$/),
    fc.string({ unit: "binary", minLength: 7, maxLength: 36 }),
  );

  test("are as short as their form, and no others are; all come back", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = pack(text, known);
        const spelled = address.test(text) ? 6 : hashes.test(text) ? 14 : uuid.test(text) ? 17 : undefined;
        expect(bytes).toHaveLength(spelled ?? 1 + 1 + Buffer.byteLength(text));
        expect(unpack(bytes, known)).toBe(text.toWellFormed());
      }),
      { numRuns: 1000 },
    );
  });
});

test("what was packed before leaves no trace", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 }), (values) => {
      const alone = pack(values as Packable, known);
      pack(["Oslo", 1_772_438_400_000, 1.5, ...(values as Packable[])], known, [1_772_438_400_001, "given"]);
      expect(pack(values as Packable, known)).toEqual(alone);
    }),
  );
});

describe("bytes that it did not write are refused", () => {
  test.each([
    ["cut off", pack("Oslo, NO", known).subarray(0, 4)],
    ["empty", Buffer.alloc(0)],
    ["of a later release", pack("later", dictionary([...known.words, "later"]))],
    ["of a form of a later release", Buffer.from([10, 31])],
    ["referring to nothing", Buffer.from([9, 7])],
  ])("%s", (_, bytes) => {
    expect(() => unpack(bytes, known)).toThrow();
  });

  test("whatever they are, it ends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          unpack(bytes, known);
        } catch {
          // Refused, which is what is asked.
        }
      }),
    );
  });
});
