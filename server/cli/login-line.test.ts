import { describe, expect, test } from "vitest";
import { readLoginLine } from "./login-line.js";

const now = Date.UTC(2026, 5, 1);
const read = (line: string | object) =>
  readLoginLine(Buffer.from(typeof line === "string" ? line : JSON.stringify(line)), now);
const login = { user: "u1", occurred_at: "2026-05-04T07:31:00Z", ip: "84.208.20.110" };

describe("a line of a file of logins", () => {
  test("is what a REST call would send, with an instant", () => {
    const found = read({ ...login, fingerprint: "h", email: "ann@example.com", brand: "ignored" });
    expect(found).toMatchObject({
      is: "login",
      login: {
        user: "u1",
        action: "login",
        occurredAt: Date.UTC(2026, 4, 4, 7, 31),
        email: "ann@example.com",
      },
    });
    expect(read(`\ufeff${JSON.stringify(login)}\r`)).toMatchObject({ is: "login" });
    expect(read({ ...login, action: "order" })).toMatchObject({ login: { action: "order" } });
  });

  test.each([
    ["", "blank"],
    ["  \r", "blank"],
    [{ ...login, outcome: "failed" }, "failed"],
  ] as const)("%j is %s", (line, is) => expect(read(line)).toEqual({ is }));

  test.each([
    ["{", "is not JSON"],
    ["[1]", "is not an object"],
    ["7", "is not an object"],
    ["null", "is not an object"],
    [{ ...login, user: undefined }, "user: is required, unless action is signup and email is given"],
    [{ ...login, user: undefined, action: "signup", email: "a@b.c" }, "user: is required"],
    [{ ...login, occurred_at: undefined }, "occurred_at: is required"],
    [{ ...login, occurred_at: "2026-06-01T00:02:00Z" }, "occurred_at: must lie between 1970 and now"],
    [{ ...login, occurred_at: "1969-12-31T23:59:59Z" }, "occurred_at: must lie between 1970 and now"],
    [{ ...login, user: "a\0b" }, "user: must not hold a NUL character"],
    [{ ...login, user: "x".repeat(257) }, "user: must have at most 256 characters"],
    [
      { ...login, ip: "999.1.1.1" },
      "ip: must be an IPv4 or IPv6 address without zone, port or prefix length",
    ],
    [JSON.stringify({ ...login, note: "x".repeat(70_000) }), "is longer than 64 KiB"],
    [{ ...login, fingerprint: Array(65).fill("a") }, "fingerprint: must have at most 64 entries"],
  ])("%.60j is refused", (line, why) => expect(read(line as string | object)).toEqual({ is: "bad", why }));

  test("bytes that are no UTF-8 are refused, and no field's content is quoted", () => {
    expect(readLoginLine(Buffer.from([0x7b, 0xff, 0x7d]), now)).toEqual({ is: "bad", why: "is not UTF-8" });
    const found = read({ ...login, occurred_at: "secret@example.com" });
    expect(JSON.stringify(found)).not.toContain("secret");
  });

  test("a key such as __proto__ is a field like any other that is not known", () => {
    expect(read('{"__proto__": {"user": "x"}, "occurred_at": "2026-05-04T07:31:00Z"}')).toMatchObject({
      is: "bad",
    });
  });
});
