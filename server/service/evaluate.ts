import { type Batching, createBatch, pastDeadline } from "../batch.js";
import { writeClientToken } from "../challenge/client-token.js";
import { signupKey } from "../challenge/user-key.js";
import type { Clock, Instant } from "../clock.js";
import type { Fingerprint } from "../device/fingerprint.js";
import { AppError } from "../errors.js";
import type { Keys } from "../keys.js";
import type { Metrics } from "../metrics.js";
import { countedValues } from "../risk/census.js";
import { countersOf } from "../risk/counters.js";
import type { IpAddress } from "../risk/ip-address.js";
import type { Outcome } from "../risk/words.js";
import type { EvaluationStore, Memories } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";
import type { UserStore } from "../store/user-store.js";
import type { ActiveLists } from "./active-lists.js";
import type { ActivePolicies } from "./active-policies.js";
import type { Censuses } from "./censuses.js";
import type { ChallengeLink } from "./challenge-link.js";
import { contactBook } from "./contact-book.js";
import type { ContactNotices } from "./contact-notices.js";
import { type Evaluation, recollected } from "./evaluations.js";
import { checkEventTime } from "./event-time.js";
import type { JudgeAttempt, Prepared } from "./judge-attempt.js";
import { createMeanwhile } from "./meanwhile.js";
import { deviceTokenOf, type SightDevice } from "./sight-device.js";

/** One attempt to judge, checked and parsed. */
export interface Attempt {
  readonly action: string;
  /** Absent only for a signup with an e-mail address. */
  readonly user: string | undefined;
  readonly fingerprint: Fingerprint | undefined;
  /** As it came; one that is not valid here says nothing. */
  readonly deviceToken: string | undefined;
  readonly ip: IpAddress | undefined;
  readonly email: string | undefined;
  readonly phone: string | undefined;
  /** Compact JSON. */
  readonly metadataJson: string | undefined;
  readonly userAgent: string | undefined;
  /** When it happened, where the caller says so. */
  readonly occurredAt: Instant | undefined;
  readonly outcome: Outcome;
  /** When the caller stops waiting, by this machine's clock. */
  readonly deadlineAt: Instant | undefined;
  /** Repeats with the same key and request give the same evaluation. */
  readonly idempotency: { readonly key: string; readonly requestHash: Uint8Array } | undefined;
  /** Ids that were given out before it was judged. */
  readonly reserved?: { readonly evaluationId: string; readonly challengeId: string };
}

/** A stored evaluation with what only its caller gets. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  /** With a challenge only. */
  readonly clientToken: string | undefined;
  /** The hosted page for the challenge, with the client token; only where the server knows its own address. */
  readonly challengeUrl: string | undefined;
  /** With a device, unless denied. */
  readonly deviceToken: string | undefined;
}

/** Judges attempts. */
export type Evaluate = (project: Project, attempt: Attempt) => Promise<Evaluated>;

/** How often an attempt is judged anew when others of the same user come in between, on other servers. */
const maxRounds = 20;
/** A client token lives as long as its challenge can: five codes of ten minutes, and ten minutes to complete. */
export const clientTokenMs = 3_600_000;

/** How many attempts of one project are judged together, and how many wait; at 2,000 a second those that wait have waited for half a second. */
const batching: Batching = { maxBatch: 128, maxInFlight: 2, maxWaiting: 1_000 };

/** What evaluating needs. */
export interface EvaluateDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly evaluations: EvaluationStore;
  readonly users: Pick<UserStore, "firstKnown">;
  readonly challengeLink: ChallengeLink;
  readonly policies: ActivePolicies;
  readonly sightDevice: SightDevice;
  readonly lists: ActiveLists;
  readonly judgeAttempt: JudgeAttempt;
  readonly censuses: Pick<Censuses, "note">;
  readonly contactNotices: ContactNotices;
  readonly metrics: Metrics;
}

/** What became of an attempt in its batch. `conflict`: another server was first, and it is to be judged again. */
type Outcomes =
  | { readonly state: "judged"; readonly evaluation: Evaluation }
  | { readonly state: "repeated"; readonly repeated: NonNullable<Memories["repeated"]> }
  | { readonly state: "conflict" };

/**
 * Makes Evaluate: recall, recognise, judge, record; and again from the start when something changed in between. Attempts that arrive while others
 * are under way are recalled, judged and recorded together, in the order in which they came, each knowing what those before it taught.
 */
export function createEvaluate({
  clock,
  keys,
  evaluations,
  users,
  challengeLink,
  policies,
  sightDevice,
  lists,
  judgeAttempt,
  censuses,
  contactNotices,
  metrics,
}: EvaluateDeps): Evaluate {
  const judgeTogether = createBatch<Prepared, Outcomes>({
    ...batching,
    run: runBatch,
    group: ({ project }) => project.projectId,
    takes: ({ idempotencyKeys }) => idempotencyKeys[0]?.toString("latin1"),
    worksOn: ({ userKey }) => userKey,
    expired: ({ attempt }) => pastDeadline(attempt.deadlineAt),
    alone: (error) => !(error instanceof AppError),
  });

  async function runBatch(batch: readonly Prepared[]): Promise<readonly Outcomes[]> {
    metrics.judgedTogether(batch.length);
    const projectId = batch[0]?.project.projectId ?? "";
    const now = clock.now();
    const recalled = await evaluations.recall(
      projectId,
      batch.map(({ userKey, sighting, counterKeys, idempotencyKeys }) => ({
        userKey,
        device: sighting?.lookup,
        counterKeys: counterKeys.map(({ key }) => key),
        idempotencyKeys,
        now,
      })),
    );
    const meanwhile = createMeanwhile();
    const outcomes: Outcomes[] = [];
    const judged = batch.flatMap((prepared, index) => {
      const before = recalled[index];
      if (before === undefined) throw new Error("an attempt was not recalled");
      if (before.repeated !== undefined) {
        outcomes[index] = { state: "repeated", repeated: before.repeated };
        return [];
      }
      const memories = meanwhile.amend(prepared, before);
      const { evaluation, record } = judgeAttempt(prepared, memories, now);
      meanwhile.note(prepared, record);
      return [{ index, prepared, memories, evaluation, record }];
    });
    const noticed = judged.flatMap(({ index, prepared, memories, evaluation, record }) => {
      if (prepared.attempt.occurredAt !== undefined) return [];
      const keys = contactNotices.prepare(
        prepared.project,
        evaluation,
        memories.contacts,
        record.user?.contacts,
      );
      return keys === undefined ? [] : [keys.then((given) => ({ index, given }))];
    });
    const notices = noticed.length === 0 ? [] : await Promise.all(noticed);
    const kept = await evaluations.record(
      projectId,
      judged.map(({ record }) => record),
    );
    for (const [place, { index, prepared, evaluation }] of judged.entries()) {
      const recorded = kept[place] === "recorded";
      outcomes[index] = recorded ? { state: "judged", evaluation } : { state: "conflict" };
      if (!recorded) continue;
      noteFailedPolicy(prepared.project, evaluation);
      metrics.evaluated(evaluation);
      count(evaluation);
    }
    for (const { index, given } of notices) {
      if (outcomes[index]?.state === "judged") contactNotices.release(given);
    }
    return outcomes;
  }

  function noteFailedPolicy(project: Project, { signals }: Evaluation): void {
    const failure = signals.find(({ reason }) => reason === "policy_failed");
    if (failure === undefined) return;
    metrics.policyFailed();
    policies.noteFailure(project, String(failure.evidence.rule));
  }

  /** What a login brought that was let in is usual for the project. */
  function count({ projectId, verdict, outcome, trace }: Evaluation): void {
    if (verdict !== "allow" || outcome !== "succeeded") return;
    const values = countedValues(trace.facts);
    if (values !== undefined) censuses.note(projectId, values);
  }

  const answer = (evaluation: Evaluation): Evaluated => {
    const { projectId, challengeId, createdAt } = evaluation;
    const deviceToken = deviceTokenOf(keys, evaluation);
    if (challengeId === undefined) {
      return { evaluation, deviceToken, clientToken: undefined, challengeUrl: undefined };
    }
    const clientToken = writeClientToken(
      { projectId, challengeId, expiresAt: createdAt + clientTokenMs },
      (...parts) => keys.mac("client_token", ...parts),
    );
    return { evaluation, deviceToken, clientToken, challengeUrl: challengeLink(challengeId, clientToken) };
  };

  const repeat = async (project: Project, attempt: Attempt, repeated: NonNullable<Memories["repeated"]>) => {
    if (attempt.idempotency && Buffer.compare(repeated.requestHash, attempt.idempotency.requestHash) !== 0) {
      throw new AppError(
        "idempotency_conflict",
        "This idempotency key was used with another request; take a new key for a new attempt.",
      );
    }
    const evaluation = await evaluations.find(project.projectId, repeated.evaluationId);
    if (evaluation === undefined)
      throw new AppError("internal", "The evaluation of this idempotency key is gone.");
    return answer(recollected(evaluation));
  };

  /** The key of a signup without a user. While a master key is being replaced, its history may lie under an older one. */
  const signedUp = (projectId: string, email: string): string | Promise<string> => {
    const [newest = "", ...older] = contactBook(keys, projectId).emailHashes(email).map(signupKey);
    if (older.length === 0) return newest;
    return users.firstKnown(projectId, [newest, ...older]).then((known) => known ?? newest);
  };

  return async (project, attempt) => {
    const { projectId } = project;
    checkEventTime(project, attempt.occurredAt, clock.now());
    const named = attempt.user ?? signedUp(projectId, attempt.email ?? "");
    const userKey = named instanceof Promise ? await named : named;
    const inForce = policies.of(project);
    const listsNow = lists.of(project);
    const { fingerprint, deviceToken } = attempt;
    const at = attempt.occurredAt ?? clock.now();
    const prepared: Prepared = {
      project,
      attempt,
      userKey,
      at,
      sighting: sightDevice({ projectId, userKey, fingerprint, deviceToken, now: at }),
      policy: inForce instanceof Promise ? await inForce : inForce,
      accessLists: listsNow instanceof Promise ? await listsNow : listsNow,
      counterKeys: countersOf(userKey, attempt.ip),
      idempotencyKeys:
        attempt.idempotency === undefined ? [] : keys.macs("idempotency", projectId, attempt.idempotency.key),
    };
    for (let round = 0; round < maxRounds; round++) {
      const outcome = await judgeTogether(prepared);
      if (outcome.state === "judged") return answer(outcome.evaluation);
      if (outcome.state === "repeated") return repeat(project, attempt, outcome.repeated);
    }
    throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
      retryAfterSeconds: 1,
    });
  };
}
