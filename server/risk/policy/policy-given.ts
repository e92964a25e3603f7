import type { Direction, Evidence, Outcome, ReasonName } from "../words.js";
import type { ListedKind, PolicySubject, Trait, TraitState } from "./subject.js";

/** What a test case gives; the rest is an ordinary login of which nothing is known. */
export interface Given {
  readonly reasons?: readonly ReasonName[];
  readonly signals?: {
    readonly [K in ReasonName]?: {
      readonly direction?: Direction;
      readonly weight?: number;
      readonly evidence?: Evidence;
    };
  };
  readonly score?: number;
  readonly action?: string;
  readonly outcome?: Outcome;
  readonly user?: string;
  readonly email_domain?: string;
  readonly ip?: string;
  readonly country?: string;
  readonly asn?: number;
  readonly device?: GivenTrait & { readonly id?: string; readonly confidence?: number };
  readonly address?: GivenTrait;
  readonly network?: GivenTrait & { readonly name?: string };
  readonly lists?: { readonly [K in "allow" | "deny" | "watch"]?: readonly ListedKind[] };
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** RFC 3339. */
  readonly now?: string;
}

interface GivenTrait {
  readonly state?: TraitState;
  readonly seen_count?: number;
}

/** The attempt that a test case describes. Traits follow the reasons where they are not given. */
export function subjectOf(given: Given): PolicySubject {
  const reasons = new Set([
    ...(given.reasons ?? []),
    ...(Object.keys(given.signals ?? {}) as readonly ReasonName[]),
  ]);
  const trait = (own: GivenTrait | undefined, known: ReasonName, fresh: ReasonName): Trait => {
    const state = own?.state ?? (reasons.has(known) ? "known" : reasons.has(fresh) ? "new" : "absent");
    return { state, seenCount: own?.seen_count ?? (state === "known" ? 1 : 0) };
  };
  return {
    reasons: [...reasons],
    signals: [...reasons].map((reason) => ({
      reason,
      direction: "neutral",
      weight: 0,
      evidence: {},
      ...given.signals?.[reason],
    })),
    score: given.score ?? 0,
    action: given.action ?? "login",
    outcome: given.outcome ?? "succeeded",
    user: given.user ?? "user",
    emailDomain: given.email_domain ?? "",
    ip: given.ip ?? "",
    country: given.country ?? "",
    asn: given.asn ?? 0,
    device: {
      ...trait(given.device, "known_device", "new_device"),
      id: given.device?.id ?? "",
      confidence: given.device?.confidence ?? 1,
    },
    address: trait(given.address, "known_ip", "new_ip"),
    network: { ...trait(given.network, "known_network", "new_network"), name: given.network?.name ?? "" },
    lists: { allow: [], deny: [], watch: [], ...given.lists },
    metadataJson: given.metadata === undefined ? undefined : JSON.stringify(given.metadata),
    at: Date.parse(given.now ?? "2026-01-05T12:00:00Z"),
  };
}
