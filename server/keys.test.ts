import { describe, expect, test } from "vitest";
import { deriveKeys } from "./keys.js";

const [one, two] = ["first-master-key-0123456789-abcdefgh", "other-master-key-0123456789-abcdefgh"];
const old = deriveKeys([one]);
const both = deriveKeys([two, one]);
const fresh = deriveKeys([two]);

describe("hashes", () => {
  test("are the same for the same key, purpose and parts, and for nothing else", () => {
    const base = old.mac("code", "a", "b").toString("hex");
    expect(old.mac("code", "a", "b").toString("hex")).toBe(base);
    expect(base).toHaveLength(64);
    const others = [
      old.mac("secret", "a", "b"),
      old.mac("code", "ab"),
      old.mac("code", "a", "b", ""),
      old.mac("code", "", "a", "b"),
      old.mac("code", "b", "a"),
      fresh.mac("code", "a", "b"),
    ];
    expect(new Set([base, ...others.map((mac) => mac.toString("hex"))]).size).toBe(7);
  });

  test("of a former key are still recognised, newest first", () => {
    const tag = old.mac("client_token", "x");
    expect(both.verify(tag, "client_token", "x")).toBe(true);
    expect(fresh.verify(tag, "client_token", "x")).toBe(false);
    expect(both.verify(tag, "client_token", "y")).toBe(false);
    expect(both.verify(tag.subarray(1), "client_token", "x")).toBe(false);
    expect(both.macs("code", "x")).toEqual([fresh.mac("code", "x"), old.mac("code", "x")]);
    expect(both.mac("code", "x")).toEqual(fresh.mac("code", "x"));
  });
});

describe("sealed texts", () => {
  test("open in their context only, under any key that is there", () => {
    const sealed = old.seal("ann@example.com", "contact:p1");
    expect(sealed).not.toContain("ann");
    expect(both.open(sealed, "contact:p1")).toBe("ann@example.com");
    expect(() => old.open(sealed, "contact:p2")).toThrow();
    expect(() => fresh.open(sealed, "contact:p1")).toThrow(/not configured/);
  });

  test("differ each time, and cannot be altered", () => {
    const sealed = old.seal("text", "c");
    expect(old.seal("text", "c")).not.toBe(sealed);
    const [id = "", body = ""] = sealed.split(".");
    const bytes = Buffer.from(body, "base64url");
    for (let place = 0; place < bytes.length; place++) {
      const altered = Buffer.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      expect(() => old.open(`${id}.${altered.toString("base64url")}`, "c")).toThrow();
    }
    for (const broken of ["", id, `${id}.`, `${id}.AAAA`, `00000000.${body}`])
      expect(() => old.open(broken, "c")).toThrow();
  });
});

test("names of keys tell them apart, and nothing about them", () => {
  expect(both.ids).toEqual([fresh.id, old.id]);
  expect(both.id).toBe(fresh.id);
  for (const id of both.ids) expect(id).toMatch(/^[0-9a-f]{8}$/);
  expect(() => deriveKeys([])).toThrow();
});
