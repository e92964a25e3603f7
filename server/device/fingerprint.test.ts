import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entryOf } from "../../clients/browser/src/entry.js";
import { sources } from "../../clients/browser/src/sources.js";
import { sdk1 } from "./dialect.js";
import { digestOf, parseFingerprint } from "./fingerprint.js";

const hex = (length: number, digit = "a") => digit.repeat(length);

describe("our SDK's array", () => {
  test("the server knows each trait that the SDK collects, and no other", () => {
    expect(sdk1.traits.map(({ name }) => name)).toEqual(sources.map(({ name }) => name));
  });

  test("only what says that it is a desktop is distinctive", () => {
    const of = (form: string) =>
      parseFingerprint(["v:1", entryOf("form_factor", form), entryOf("os", "linux")], undefined)?.distinctive;
    expect([of("desktop"), of("phone"), of("tablet")]).toEqual([true, false, false]);
    expect(parseFingerprint(["v:1", entryOf("os", "linux")], undefined)?.distinctive).toBe(false);
  });

  test("absences, unknown traits, broken entries and repetitions are passed over", () => {
    const parsed = parseFingerprint(
      [
        "v:1",
        "os:0123456789abcdef",
        "os:fedcba9876543210",
        "fonts:-",
        "audio:!",
        "flux:0123456789abcdef",
        "math:1",
        "?",
      ],
      undefined,
    );
    expect(parsed?.dialect).toBe(sdk1);
    expect(parsed?.present.filter((value) => value !== undefined)).toEqual(["0123456789abcdef"]);
    expect(parsed && digestOf(parsed, "fonts")).toBeUndefined();
  });

  test.each([
    [["v:1"]],
    [["v:1", "os:-"]],
    [["os:-", "fonts:!"]],
    [["v:1", "flux:0123456789abcdef"]],
    [[]],
    [["", " "]],
  ])("%j holds nothing to recognise a device by", (entries) => {
    expect(parseFingerprint(entries, undefined)).toBeUndefined();
  });

  test("of a version to come is one opaque hash", () => {
    const parsed = parseFingerprint(["v:2", "os:0123456789abcdef"], undefined);
    expect(parsed?.dialect.name).toBe("opaque");
  });
});

describe("the published package's pair", () => {
  test("is compared section by section", () => {
    const before = hex(2048);
    const now = `${hex(93)}${hex(93, "b")}${hex(2048 - 186)}`;
    const parsed = parseFingerprint([now, before], undefined);
    expect(parsed?.dialect.name).toBe("sections");
    const differing = parsed?.present.flatMap((value, index) =>
      value === parsed.former?.[index] ? [] : [parsed.dialect.traits[index]?.name],
    );
    expect(differing).toEqual(["canvas"]);
    expect(parsed?.distinctive).toBe(false);
  });

  test.each<[string, readonly string[], string | undefined]>([
    ["without a former hash", [hex(2048)], undefined],
    ["with its former hash apart", [hex(2048)], hex(2048, "c")],
    ["with a former hash of another kind", [hex(2048), "last"], undefined],
  ])("%s", (_, entries, last) => {
    const parsed = parseFingerprint(entries, last);
    expect(parsed?.dialect.name).toBe("sections");
    expect(parsed?.former?.length).toBe(last === undefined ? undefined : 22);
  });
});

describe("opaque texts", () => {
  test.each<[readonly string[], string | undefined, boolean]>([
    [["h"], undefined, false],
    [["h", "last"], undefined, true],
    [["h"], "last", true],
    [["h", "h"], undefined, false],
    [[], "h", false],
  ])("%j with %j", (entries, last, hasFormer) => {
    const parsed = parseFingerprint(entries, last);
    expect(parsed?.dialect.name).toBe("opaque");
    expect(parsed?.present).toEqual(parseFingerprint(["h"], undefined)?.present);
    expect(parsed?.former !== undefined).toBe(hasFormer);
  });
});

test("whatever comes is parsed to a bounded fingerprint or to none, and never throws", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.constantFrom(
      "__proto__:0123456789abcdef",
      "constructor:-",
      "v:1",
      "v:99999",
      "\ud800",
      "os:-",
      hex(2048),
      hex(2047),
    ),
    fc.stringMatching(/^[0-9a-f]{16}$/).map((hash) => `fonts:${hash}`),
  );
  fc.assert(
    fc.property(fc.array(nasty, { maxLength: 64 }), fc.option(nasty, { nil: undefined }), (entries, last) => {
      const parsed = parseFingerprint(entries, last);
      expect(parsed === undefined || parsed.present.length === parsed.dialect.traits.length).toBe(true);
      expect(parsed?.present.length ?? 0).toBeLessThanOrEqual(33);
    }),
  );
});
