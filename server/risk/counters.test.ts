import { describe, expect, test } from "vitest";
import { type Counter, countersOf, countsOf, trafficsAt } from "./counters.js";
import { parseIpAddress } from "./ip-address.js";

const hour = 3_600_000;
const counter = (key: string, rest: Partial<Counter>): Counter => ({
  key,
  bucket: 100,
  failed: 0,
  succeeded: 0,
  users: "0",
  failedBefore: 0,
  succeededBefore: 0,
  usersBefore: "0",
  ...rest,
});

describe("the counters of an attempt", () => {
  test("an IPv4 address counts with its /24, an IPv6 one with its /64, /56 and /48", () => {
    const names = (ip: string) =>
      countersOf("u", parseIpAddress(ip)).map(({ name, key }) => `${name} ${key}`);
    expect(names("84.208.20.110")).toEqual([
      "user u:u",
      "addressHour a:84.208.20.110",
      "addressDay b:84.208.20.110",
      "near n:84.208.20.0/24",
    ]);
    expect(names("2a01:799:1234:5678::9")).toEqual([
      "user u:u",
      "addressHour a:2a01:799:1234:5678::/64",
      "addressDay b:2a01:799:1234:5678::/64",
      "near n:2a01:799:1234:5600::/56",
      "site s:2a01:799:1234::/48",
    ]);
  });

  test("mapped and NAT64 forms count as the IPv4 address; a private address and none count for the user alone", () => {
    const keys = (ip: string) => countersOf("u", parseIpAddress(ip));
    expect(keys("::ffff:84.208.20.110")).toEqual(keys("84.208.20.110"));
    expect(keys("64:ff9b::84.208.20.110")).toEqual(keys("84.208.20.110"));
    expect(keys("192.168.1.1")).toEqual([{ name: "user", key: "u:u" }]);
    expect(countersOf("u", undefined)).toEqual([{ name: "user", key: "u:u" }]);
  });

  test("expire after the span that follows theirs, also when the event is old", () => {
    const keys = countersOf("u", undefined);
    const at = (when: number, now: number) =>
      countsOf(keys, { outcome: "failed", userBit: 3, at: when, now })[0];
    expect(at(10.5 * hour, 10.5 * hour)).toMatchObject({
      bucket: 10,
      failed: 1,
      succeeded: 0,
      expiresAt: 12 * hour,
    });
    expect(at(10.5 * hour, 500.5 * hour)).toMatchObject({ bucket: 10, expiresAt: 502 * hour });
  });
});

describe("the sliding window", () => {
  const keys = countersOf("u", undefined);
  const kept = counter("u:u", { failed: 4, failedBefore: 8, succeeded: 1, users: "7", usersBefore: "24" });
  const failedAt = (when: number) => trafficsAt([kept], keys, undefined, when).user?.failed;

  test("covers the span before by the part that is not an hour ago", () => {
    expect(failedAt(100 * hour)).toBe(12);
    expect(failedAt(100.5 * hour)).toBe(8);
    expect(failedAt(100.75 * hour)).toBe(6);
    expect(failedAt(101 * hour)).toBe(4);
    expect(failedAt(101.5 * hour)).toBe(2);
    expect(failedAt(102 * hour)).toBe(0);
    expect(failedAt(1_000 * hour)).toBe(0);
  });

  test("an event that comes late is judged by what had come by then", () => {
    expect(failedAt(99.5 * hour)).toBe(8);
    expect(failedAt(98.5 * hour)).toBe(0);
  });

  test("tells about how many users there were, and never falls over", () => {
    const users = (bits: bigint) =>
      trafficsAt(
        [counter("u:u", { users: BigInt.asIntN(64, bits).toString() })],
        keys,
        undefined,
        100.5 * hour,
      ).user?.users;
    expect(users(0n)).toBe(0);
    expect(users(1n)).toBeCloseTo(1, 1);
    expect(users((1n << 20n) - 1n)).toBeCloseTo(24, 0);
    expect(users((1n << 64n) - 1n)).toBe(266);
  });

  test("a device's counter is told by the device that was recognised", () => {
    const kept = [counter("d:one", { bucket: 14, users: "1" }), counter("d:two", { bucket: 14, users: "3" })];
    expect(trafficsAt(kept, keys, "two", 14.2 * 168 * hour).device?.users).toBeCloseTo(2, 1);
    expect(trafficsAt(kept, keys, undefined, 14.2 * 168 * hour).device).toBeUndefined();
  });
});
