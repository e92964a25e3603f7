import { addressKey, type IpAddress, prefixKeys } from "./ip-address.js";
import { toDigits } from "./to-digits.js";
import type { Traffic, Traffics } from "./traffic.js";
import type { Outcome } from "./words.js";

/** What is counted: for how long, and under which keys of an attempt. */
const counters = {
  user: { prefix: "u", spanMs: 3_600_000, failedUsersOnly: false },
  addressHour: { prefix: "a", spanMs: 3_600_000, failedUsersOnly: true },
  addressDay: { prefix: "b", spanMs: 86_400_000, failedUsersOnly: false },
  near: { prefix: "n", spanMs: 3_600_000, failedUsersOnly: true },
  site: { prefix: "s", spanMs: 3_600_000, failedUsersOnly: true },
  device: { prefix: "d", spanMs: 7 * 86_400_000, failedUsersOnly: false },
} as const satisfies Record<keyof Traffics, CounterKind>;

interface CounterKind {
  readonly prefix: string;
  readonly spanMs: number;
  /** Whether only users with a failed attempt are counted among its users. */
  readonly failedUsersOnly: boolean;
}

/** One counter of an attempt: its row, and in which of its spans the attempt falls. */
export interface CounterKey {
  readonly name: keyof Traffics;
  readonly key: string;
}

/** A counter as it is kept: the newest span and the one before it, from which a sliding window is told. */
export interface Counter {
  readonly key: string;
  /** Number of the newest span since 1970. */
  readonly bucket: number;
  readonly failed: number;
  readonly succeeded: number;
  /** 64 bits as a decimal number, one set per user (`userBit`). */
  readonly users: string;
  readonly failedBefore: number;
  readonly succeededBefore: number;
  readonly usersBefore: string;
}

/** What one attempt adds to a counter. */
export interface Count {
  readonly key: string;
  readonly bucket: number;
  readonly failed: 0 | 1;
  readonly succeeded: 0 | 1;
  /** 0 to 63; absent where this attempt's user is not counted. */
  readonly userBit: number | undefined;
  /** From when on nothing asks for the counter. */
  readonly expiresAt: number;
}

/** The key of the counter of a device. */
export function deviceCounterKey(deviceId: string): string {
  return `${counters.device.prefix}:${deviceId}`;
}

/** The key of the counter of a user. */
export function userCounterKey(userKey: string): string {
  return `${counters.user.prefix}:${userKey}`;
}

/** The counters of an attempt, but that of the device, which is not known before it is recognised. An address that says nothing has none. */
export function countersOf(userKey: string, ip: IpAddress | undefined): readonly CounterKey[] {
  const keys: CounterKey[] = [{ name: "user", key: userCounterKey(userKey) }];
  if (!ip?.evaluable) return keys;
  const add = (name: keyof Traffics, of: string | undefined) => {
    if (of !== undefined) keys.push({ name, key: `${counters[name].prefix}:${of}` });
  };
  const [address, near, site] = [addressKey(ip), ...prefixKeys(ip).slice(1)];
  add("addressHour", address);
  add("addressDay", address);
  add("near", near);
  add("site", site);
  return keys;
}

/** What an attempt adds. `now` is the server's instant where `at` is the caller's. */
export function countsOf(
  keys: readonly CounterKey[],
  { outcome, userBit, at, now }: { outcome: Outcome; userBit: number; at: number; now: number },
): readonly Count[] {
  const failed = outcome === "failed" ? 1 : 0;
  return keys.map(({ name, key }) => {
    const { spanMs } = counters[name];
    const bucket = Math.floor(at / spanMs);
    return {
      key,
      bucket,
      failed,
      succeeded: failed === 1 ? 0 : 1,
      userBit: failed === 1 || !counters[name].failedUsersOnly ? userBit : undefined,
      // Whole spans, so that the row's index need not change at each attempt.
      expiresAt: (Math.max(bucket, Math.floor(now / spanMs)) + 2) * spanMs,
    };
  });
}

/** A counter after one more attempt, as the store counts it; `kept` is absent where there is none yet. */
export function counted(kept: Counter | undefined, count: Count): Counter {
  const { key, bucket, failed, succeeded, userBit } = count;
  const bits = userBit === undefined ? 0n : BigInt.asIntN(64, 1n << BigInt(userBit));
  const alone = { key, bucket, failed, succeeded, users: String(bits) };
  if (kept === undefined || bucket > kept.bucket + 1) {
    return { ...alone, failedBefore: 0, succeededBefore: 0, usersBefore: "0" };
  }
  if (bucket === kept.bucket + 1) {
    return { ...alone, failedBefore: kept.failed, succeededBefore: kept.succeeded, usersBefore: kept.users };
  }
  const or = (users: string) => String(BigInt.asIntN(64, BigInt(users) | bits));
  if (bucket === kept.bucket) {
    return {
      ...kept,
      failed: kept.failed + failed,
      succeeded: kept.succeeded + succeeded,
      users: or(kept.users),
    };
  }
  if (bucket !== kept.bucket - 1) return kept;
  return {
    ...kept,
    failedBefore: kept.failedBefore + failed,
    succeededBefore: kept.succeededBefore + succeeded,
    usersBefore: or(kept.usersBefore),
  };
}

/** About how many different users set this many of 64 bits (linear counting). */
const usersOfBits = Float64Array.from({ length: 65 }, (_, set) =>
  set === 64 ? 266 : 64 * Math.log(64 / (64 - set)),
);

/** About how many different users set these bits of 64. */
function usersIn(bits: bigint): number {
  let set = 0;
  for (let rest = BigInt.asUintN(64, bits); rest !== 0n; rest &= rest - 1n) set++;
  return usersOfBits[set] ?? 0;
}

const none = { failed: 0, succeeded: 0, users: "0" };

/** The two spans of a counter as they stand to an instant: the one it falls in, and the one before. */
function spansAt(counter: Counter, bucket: number) {
  const newest = { failed: counter.failed, succeeded: counter.succeeded, users: counter.users };
  const older = {
    failed: counter.failedBefore,
    succeeded: counter.succeededBefore,
    users: counter.usersBefore,
  };
  if (bucket === counter.bucket) return { present: newest, before: older };
  if (bucket === counter.bucket + 1) return { present: none, before: newest };
  if (bucket === counter.bucket - 1) return { present: older, before: none };
  return { present: none, before: none };
}

/** Reads the traffic around an instant from what is kept: the present span, and of the one before it the part that the window still covers. */
export function trafficsAt(
  kept: readonly Counter[],
  keys: readonly CounterKey[],
  deviceId: string | undefined,
  at: number,
): Traffics {
  const wanted = new Map(keys.map(({ name, key }) => [key, name]));
  if (deviceId !== undefined) wanted.set(deviceCounterKey(deviceId), "device");
  const traffics: Partial<Record<keyof Traffics, Traffic>> = {};
  for (const counter of kept) {
    const name = wanted.get(counter.key);
    if (name === undefined) continue;
    const { spanMs } = counters[name];
    const { present, before } = spansAt(counter, Math.floor(at / spanMs));
    const covered = 1 - (at % spanMs) / spanMs;
    const bits = BigInt(present.users);
    const users = usersIn(bits);
    // Users of the span before, beyond those of this one.
    const more = before.users === "0" ? 0 : usersIn(bits | BigInt(before.users)) - users;
    traffics[name] = {
      failed: toDigits(present.failed + covered * before.failed, 2),
      succeeded: toDigits(present.succeeded + covered * before.succeeded, 2),
      users: toDigits(users + covered * more, 2),
    };
  }
  return traffics;
}
