import type { Contacts } from "../challenge/contacts.js";
import type { Instant } from "../clock.js";
import type { Device } from "../device/device.js";
import type { Count, Counter } from "../risk/counters.js";
import type { History, Lesson } from "../risk/history.js";
import type { KeptSignal } from "../risk/recollect.js";
import type { Trace } from "../risk/trace.js";
import type { Outcome, ReasonName, Verdict } from "../risk/words.js";

/** Which memories a judgement needs. */
export interface Recall {
  readonly userKey: string;
  /** What may lead to the attempt's device; absent without a fingerprint. */
  readonly device: DeviceLookup | undefined;
  /** Counters of what came lately around the attempt; those of devices with the same identity come with them. */
  readonly counterKeys: readonly string[];
  /** Keyed hashes of the caller's idempotency key, under each master key; empty where none was given. */
  readonly idempotencyKeys: readonly Uint8Array[];
  readonly now: Instant;
}

/** Where to look for the device of an attempt, beside the devices known for the user. */
export interface DeviceLookup {
  /** Keyed hashes of the whole fingerprint, 16 bytes each: the user's own, and those of anyone. */
  readonly identities: readonly { readonly key: Uint8Array; readonly own: boolean }[];
  /** Keyed hashes of some traits, 8 bytes each; one that leads to too many devices leads to none. Not followed where an own identity is known. */
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

/** One judged attempt, as it is kept for ever. What it was judged from is in its trace; its signals are drawn from there. */
export interface KeptEvaluation {
  readonly projectId: string;
  readonly evaluationId: string;
  readonly createdAt: Instant;
  readonly action: string;
  readonly userKey: string;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
  readonly reasons: readonly ReasonName[];
  readonly score: number;
  readonly deviceId: string | undefined;
  readonly confidence: number | undefined;
  readonly challengeId: string | undefined;
  /** The caller's metadata as compact JSON. */
  readonly metadataJson: string | undefined;
  readonly signals: readonly KeptSignal[];
  /** The caller said when it happened. */
  readonly eventTime: boolean;
  /** What was to be withheld; only with `restrict` and `challenge_and_restrict`. */
  readonly restrictions: readonly string[];
  /** The version of the project's policy that decided; 0 is the shipped default. */
  readonly policyVersion: number;
  /** What it takes to judge it again. */
  readonly trace: Trace;
}

/** A challenge to open together with an evaluation; completing it teaches the lesson. */
export interface NewChallenge {
  readonly challengeId: string;
  readonly lesson: Lesson;
  /** Sealed destinations that codes may go to. */
  readonly contacts: { readonly email?: string; readonly sms?: string };
  readonly maxAttempts: number;
  readonly maxSends: number;
  readonly expiresAt: Instant;
}

/** Everything that one judgement changes; kept as a whole or not at all. */
export interface Record {
  readonly evaluation: KeptEvaluation;
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
    /** All of them are claimed, so that servers with another newest master key find it, too. */
    readonly keys: readonly Uint8Array[];
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
  /** Reads all that the judgements of some attempts of one project need, in one statement; answers in their order. */
  recall(projectId: string, recalls: readonly Recall[]): Promise<readonly Memories[]>;
  /**
   * Keeps judgements of one project, in one statement; those that are answered `recorded` are durable. Several of one user must follow from each
   * other, in the order given, and stand or fall together. `conflict`: something that a judgement rests on has changed since `recall` (the
   * user's row, a fingerprint's device, the idempotency key), nothing of it was kept, and the caller must recall and judge again.
   */
  record(projectId: string, records: readonly Record[]): Promise<readonly ("recorded" | "conflict")[]>;
  find(projectId: string, evaluationId: string): Promise<KeptEvaluation | undefined>;
  list(
    projectId: string,
    query: PageQuery & { readonly userKey: string | undefined },
  ): Promise<Page<KeptEvaluation>>;
}
