import type { Outcome, ReasonName, Signal } from "../words.js";

/** How a trait of the attempt stands to the user's history. */
export const traitStates = ["known", "new", "absent"] as const;
/** One of `traitStates`; `absent`: there was nothing to compare. */
export type TraitState = (typeof traitStates)[number];

/** One trait of the attempt beside the user's history. */
export interface Trait {
  readonly state: TraitState;
  /** How often it was seen for the user before; 0 when it is not known. */
  readonly seenCount: number;
}

/** What of an attempt can be on a project's lists. */
export const listedKinds = ["user", "device", "address", "network", "country", "email_domain"] as const;
/** One of `listedKinds`. */
export type ListedKind = (typeof listedKinds)[number];

/** Everything that a policy can look at. */
export interface PolicySubject {
  /** Everything that was noticed: risk, trust and neutral. */
  readonly reasons: readonly ReasonName[];
  readonly signals: readonly Pick<Signal, "reason" | "direction" | "weight" | "evidence">[];
  /** 0 to 1. */
  readonly score: number;
  readonly action: string;
  readonly outcome: Outcome;
  /** Empty for a signup without one. */
  readonly user: string;
  /** Lower case; empty when no e-mail address was given. */
  readonly emailDomain: string;
  /** Canonical; empty when none was given. */
  readonly ip: string;
  /** ISO 3166-1 alpha-2; empty when it is not known. */
  readonly country: string;
  /** 0 when it is not known. */
  readonly asn: number;
  readonly device: Trait & { readonly id: string; readonly confidence: number };
  readonly address: Trait;
  readonly network: Trait & { readonly name: string };
  /** Which kinds of this attempt are on the project's lists. */
  readonly lists: {
    readonly allow: readonly ListedKind[];
    readonly deny: readonly ListedKind[];
    readonly watch: readonly ListedKind[];
  };
  /** The caller's metadata as JSON; undefined when none came. */
  readonly metadataJson: string | undefined;
  /** When the attempt happened, in milliseconds since 1970. */
  readonly at: number;
}
