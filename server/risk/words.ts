/** What the caller should do with an attempt. */
export const verdicts = ["allow", "challenge", "restrict", "challenge_and_restrict", "deny"] as const;
/** One of `verdicts`. */
export type Verdict = (typeof verdicts)[number];

/** Named, client-visible causes. */
export const reasonNames = [
  "new_device",
  "new_ip",
  "new_network",
  "new_country",
  "first_seen_user",
  "missing_fingerprint",
  "ip_not_evaluable",
  "missing_ip",
  "geo_unavailable",
  "known_device",
  "known_ip",
  "known_network",
  "known_country",
  "impossible_travel",
  "contact_changed",
  "allow_listed",
  "deny_listed",
  "watch_listed",
  "policy_failed",
  "near_known_ip",
  "new_place",
  "tor",
  "vpn",
  "proxy",
  "hosting",
  "unusual_hour",
  "user_velocity",
  "many_users_on_device",
  "many_users_on_ip",
  "credential_stuffing",
  "many_failures",
  "disposable_email",
  "abandoned_challenge",
  "new_client",
  "known_place",
  "recently_verified",
  "known_client",
  "reported_attacker",
  "fingerprint_withheld",
  "device_changed",
  "device_mismatch",
  "device_token_ignored",
] as const;
/** One of `reasonNames`. */
export type ReasonName = (typeof reasonNames)[number];

/** Which way a signal speaks: for an attack, for the owner, or of what could not be judged. */
export type Direction = "risk" | "trust" | "neutral";

/** How the attempt ended on the caller's side. */
export type Outcome = "succeeded" | "failed";

/** What a signal rests on; plain values only, so that it can be stored and shown. */
export type Evidence = Readonly<Record<string, string | number | boolean>>;

/** One reason with its weight and evidence. */
export interface Signal {
  readonly reason: ReasonName;
  readonly direction: Direction;
  /** Log-odds (natural logarithm): above 0 speaks for an attack, below 0 for the owner, 0 when neutral. */
  readonly weight: number;
  readonly evidence: Evidence;
  /** One English sentence for an operator. */
  readonly message: string;
  /** One English sentence for the account holder: plain words, no number that would help an attacker. */
  readonly userMessage: string;
}
