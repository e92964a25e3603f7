import type { Facts } from "./facts.js";

/** What an evaluation keeps beside its answer, so that it can be judged again to the same answer. Holds no contact and no fingerprint. */
export interface Trace {
  /** The `engineVersion` that judged. */
  readonly engine: number;
  /** Which geo databases were asked, for people. */
  readonly geo: string;
  readonly facts: Facts;
  /** Only where the policy reads it, for a domain can be one person's own. */
  readonly emailDomain?: string;
}
