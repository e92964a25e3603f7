import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readDeviceToken, writeDeviceToken } from "./device-token.js";

const macOf = (...parts: string[]) => createHmac("sha256", "k").update(JSON.stringify(parts)).digest();
const verify = (tag: Buffer, ...parts: string[]) => tag.equals(macOf(...parts));
const projectId = "01a205ea-2811-7fc4-8ec8-57b580aeb126";
const token = { projectId, deviceId: "01a205e3-a266-7b74-a432-adfeee331090", issuedAt: 1_772_442_000_000 };
const text = writeDeviceToken(token, macOf);
const day = 86_400_000;

describe("a device token", () => {
  test("says what it was written with, until its 400 days are over", () => {
    for (const days of [0, 1, 399]) {
      expect(readDeviceToken(text, projectId, token.issuedAt + days * day, verify)).toEqual({
        state: "valid",
        token,
      });
    }
    expect(readDeviceToken(text, projectId, token.issuedAt + 400 * day, verify)).toEqual({
      state: "expired",
    });
  });

  test("fits a cookie, and names neither project nor user", () => {
    expect(text).toMatch(/^[A-Za-z0-9_.-]{60,200}$/);
    expect(text).not.toContain(projectId);
  });

  test("is forged anywhere but in its project, and when any character of it is another", () => {
    const elsewhere = "01a205ea-2811-7fc4-8ec8-000000000000";
    expect(readDeviceToken(text, elsewhere, token.issuedAt, verify)).toEqual({ state: "forged" });
    // The last character of the tag has two bits that say nothing.
    for (let at = 0; at < text.length - 1; at++) {
      const other = `${text.slice(0, at)}${text[at] === "1" ? "2" : "1"}${text.slice(at + 1)}`;
      expect(["forged", "malformed"]).toContain(
        readDeviceToken(other, projectId, token.issuedAt, verify).state,
      );
    }
  });

  test.each(["", "x", "ruptdt_", `${text}x`, text.toUpperCase(), "ruptdt_a.b.c", "\ud800", "x".repeat(1024)])(
    "%j is none",
    (other) => {
      expect(readDeviceToken(other, projectId, token.issuedAt, verify).state).toBe("malformed");
    },
  );
});
