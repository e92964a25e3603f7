/** What came lately under one key (a user, an address, …), within a sliding window. */
export interface Traffic {
  /** Attempts with wrong credentials. */
  readonly failed: number;
  /** Attempts with right credentials. */
  readonly succeeded: number;
  /** About how many different users, 0 to some hundreds; around an address within an hour, those with a failed attempt. */
  readonly users: number;
}

/** What came lately around an attempt, without the attempt itself. Absent: there is no such key. */
export interface Traffics {
  /** Of the user, within an hour. */
  readonly user?: Traffic;
  /** Of the address (IPv4 exact, IPv6 /64), within an hour. */
  readonly addressHour?: Traffic;
  /** Of the address, within a day. */
  readonly addressDay?: Traffic;
  /** Of its neighbourhood (IPv4 /24, IPv6 /56), within an hour. */
  readonly near?: Traffic;
  /** Of its site (IPv6 /48), within an hour. */
  readonly site?: Traffic;
  /** Of the device, within a week. */
  readonly device?: Traffic;
}

/** When failures under one key look like stolen passwords being tried: so many, of so many users, and this share of all attempts. */
export interface StuffingRule {
  readonly where: Exclude<keyof Traffics, "user" | "device">;
  readonly failed: number;
  readonly users: number;
  readonly failedShare: number;
}

/**
 * An office or a carrier's NAT has a few per cent of failures, over many users; a list of stolen passwords fails for nearly all of them. So the
 * share decides, and wider keys need more failures.
 */
export const stuffingRules: readonly StuffingRule[] = [
  { where: "addressHour", failed: 20, users: 10, failedShare: 0.7 },
  { where: "addressDay", failed: 50, users: 20, failedShare: 0.7 },
  { where: "near", failed: 30, users: 15, failedShare: 0.75 },
  { where: "site", failed: 60, users: 30, failedShare: 0.75 },
];

/** The first rule that the traffic breaks. */
export function stuffing(traffics: Traffics): (Traffic & { readonly rule: StuffingRule }) | undefined {
  for (const rule of stuffingRules) {
    const traffic = traffics[rule.where];
    if (traffic === undefined) continue;
    const { failed, succeeded, users } = traffic;
    if (failed >= rule.failed && users >= rule.users && failed >= rule.failedShare * (failed + succeeded)) {
      return { ...traffic, rule };
    }
  }
  return undefined;
}
