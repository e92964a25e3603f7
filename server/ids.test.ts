import { expect, test } from "vitest";
import { newId, newSecret } from "./ids.js";

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("an id is a UUID of version 7 with its instant in front", () => {
  expect(newId(Date.parse("2026-03-02T09:00:00Z"))).toMatch(/^019cadc6-9a80-7/);
  for (const now of [0, 1, 1.9, 1_800_000_000_000, 2 ** 48 - 1]) {
    const id = newId(now);
    expect(id).toMatch(shape);
    expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(Math.trunc(now));
  }
});

test("no two are equal, and later ones sort after earlier ones", () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => newId(1_800_000_000_000 + n));
  expect(new Set(ids.map((id) => id.slice(14))).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(Array.from({ length: 20_000 }, () => newId(0))).size).toBe(20_000);
  for (const id of ids) if (!shape.test(id)) expect(id).toMatch(shape);
});

test("each variant occurs", () => {
  const variants = new Set(Array.from({ length: 200 }, () => newId(0).charAt(19)));
  expect([...variants].sort()).toEqual(["8", "9", "a", "b"]);
});

test("a secret has 256 bits and fits a header", () => {
  const secrets = Array.from({ length: 100 }, () => newSecret());
  for (const secret of secrets) expect(secret).toMatch(/^rupt_[A-Za-z0-9_-]{43}$/);
  expect(new Set(secrets).size).toBe(100);
});
