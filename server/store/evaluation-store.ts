import type { Contacts } from "../challenge/contacts.js";
import type { Instant } from "../clock.js";
import type { Device } from "../device/device.js";
import type { Count, Counter } from "../risk/counters.js";
import type { History, Lesson } from "../risk/history.js";
import type { Trace } from "../risk/trace.js";
import type { Outcome, ReasonName, Signal, Verdict } from "../risk/words.js";

/** Which memories a judgement needs. */
export interface Recall {
  readonly projectId: string;
  readonly userKey: string;
  /** What may lead to the attempt's device; absent without a fingerprint. */
  readonly device: DeviceLookup | undefined;
  /** Counters of what came lately around the attempt; those of devices with the same identity come with them. */
  readonly counterKeys: readonly string[];
  /** Keyed hash of the caller's idempotency key. */
  readonly idempotencyKey: Uint8Array | undefined;
  readonly now: Instant;
  /** When the caller stops waiting, by this machine's clock; past it the call is rejected with `deadline_exceeded`. */
  readonly deadlineAt: Instant | undefined;
}

/** Where to look for the device of an attempt, beside the devices known for the user. */
export interface DeviceLookup {
  /** Keyed hashes of the whole fingerprint, 16 bytes each. */
  readonly identityKeys: readonly Uint8Array[];
  /** Keyed hashes of some traits, 8 bytes each; one that leads to too many devices leads to none. */
  readonly pathKeys: readonly Uint8Array[];
  readonly tokenDeviceId: string | undefined;
}

/** What the store knows of the devices that an attempt may be from. */
export interface DeviceMemories {
  /** Those known for the user, the token's, and those that an identity or a path leads to. */
  readonly devices: readonly Device[];
  /** Which of the looked-up identities, by index, belong to which device; it may not exist (yet). */
  readonly identities: readonly { readonly index: number; readonly deviceId: string }[];
}

/** What changes about devices. A device of version 1 is new; a later one takes the place of the version before it, or is left out where another was first. */
export interface DeviceChange {
  readonly device: Device;
  /** Identities that a new device takes; where one is taken already, the whole record is a conflict. */
  readonly identityKeys: readonly Uint8Array[];
  readonly addPaths: readonly Uint8Array[];
  readonly dropPaths: readonly Uint8Array[];
}

/** What the store knows before an attempt. */
export interface Memories {
  /** Version of the user's row, 0 when there is none; `record` must name it. */
  readonly userVersion: number;
  readonly history: History;
  readonly contacts: Contacts;
  readonly device: DeviceMemories;
  /** Those of the asked counters that there are, and of devices with the same identity. */
  readonly counters: readonly Counter[];
  /** The evaluation that the idempotency key already led to. */
  readonly repeated: { readonly evaluationId: string; readonly requestHash: Uint8Array } | undefined;
}

/** One judged attempt, as it is kept for ever. */
export interface Evaluation {
  readonly projectId: string;
  readonly evaluationId: string;
  readonly createdAt: Instant;
  /** When it happened: `createdAt`, unless the caller said otherwise. */
  readonly occurredAt: Instant;
  readonly action: string;
  readonly userKey: string;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly reasons: readonly ReasonName[];
  readonly score: number;
  readonly deviceId: string | undefined;
  readonly confidence: number | undefined;
  readonly challengeId: string | undefined;
  /** Canonical address. */
  readonly ip: string | undefined;
  readonly country: string | undefined;
  readonly asn: number | undefined;
  /** The caller's metadata as compact JSON. */
  readonly metadataJson: string | undefined;
  readonly signals: readonly Signal[];
  /** What it taught, or would have taught. */
  readonly lesson: Lesson;
  /** What was to be withheld; only with `restrict` and `challenge_and_restrict`. */
  readonly restrictions: readonly string[];
  /** The version of the project's policy that decided; 0 is the shipped default. */
  readonly policyVersion: number;
}

/** A challenge to open together with an evaluation; completing it teaches that evaluation's lesson. */
export interface NewChallenge {
  readonly challengeId: string;
  /** Sealed destinations that codes may go to. */
  readonly contacts: { readonly email?: string; readonly sms?: string };
  readonly maxAttempts: number;
  readonly maxSends: number;
  readonly expiresAt: Instant;
}

/** Everything that one judgement changes; kept as a whole or not at all. */
export interface Record {
  readonly evaluation: Evaluation;
  /** What it takes to judge it again. */
  readonly trace: Trace;
  /** The user's row after it; absent when the attempt leaves no trace there (a failed one). */
  readonly user?: {
    readonly expectedVersion: number;
    readonly history: History;
    readonly contacts: Contacts;
  };
  /** Absent when nothing about a device is to be kept. */
  readonly device?: DeviceChange;
  /** What it adds to the counters. */
  readonly counts: readonly Count[];
  readonly challenge?: NewChallenge;
  readonly idempotency?: {
    readonly key: Uint8Array;
    readonly requestHash: Uint8Array;
    readonly expiresAt: Instant;
  };
}

/** Which evaluations or challenges to list. */
export interface PageQuery {
  /** From 1. */
  readonly page: number;
  /** 1 to 100. */
  readonly limit: number;
}

/** One page, newest first. */
export interface Page<T> {
  readonly data: readonly T[];
  /** How many there are in all; counted up to 100,000. */
  readonly total: number;
}

/** Memories of users and devices, and the evaluations themselves. Evaluations are never changed. */
export interface EvaluationStore {
  /** Reads all that a judgement needs; joined with other calls of the project into one statement. */
  recall(recall: Recall): Promise<Memories>;
  /**
   * Keeps one judgement as a whole, joined with others of the project into one statement; once it answers `recorded` it is durable. `conflict`: something that the judgement rests on has
   * changed since `recall` (the user's row, a fingerprint's device, the idempotency key), nothing was kept, and the caller must recall and
   * judge again.
   */
  record(record: Record): Promise<"recorded" | "conflict">;
  find(projectId: string, evaluationId: string): Promise<Evaluation | undefined>;
  /** What it takes to judge an evaluation again; undefined where there is no such evaluation, or it kept none. */
  trace(projectId: string, evaluationId: string): Promise<Trace | undefined>;
  list(
    projectId: string,
    query: PageQuery & { readonly userKey: string | undefined },
  ): Promise<Page<Evaluation>>;
}
