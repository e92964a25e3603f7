import { isDeepStrictEqual } from "node:util";
import { userOf } from "../challenge/user-key.js";
import type { Circumstances } from "../risk/decide.js";
import { subjectOf } from "../risk/decide.js";
import { engineVersion } from "../risk/engine-version.js";
import { type Judgement, judge } from "../risk/judge.js";
import { type Policy, PolicyFailure } from "../risk/policy/policy.js";
import type { Trace } from "../risk/trace.js";
import { type WhatIf, whatIf } from "../risk/what-if.js";
import type { EvaluationStore, KeptEvaluation } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";
import type { ActivePolicies } from "./active-policies.js";
import { type Evaluation, recollected } from "./evaluations.js";

/** A stored evaluation beside what this release answers to the same facts by the same version of the policy. */
export interface JudgedAgain {
  readonly evaluation: Evaluation;
  readonly judgement: Judgement;
  /** Which parts of the answer differ; empty: the same, bit for bit. */
  readonly differences: readonly string[];
  /** Judged by another engine than this one, so that it may differ. */
  readonly otherEngine: boolean;
}

/** A stored evaluation, judged again and explained. */
export interface Replayed extends JudgedAgain {
  /** The condition of the rule that matched; undefined when none did. */
  readonly condition: string | undefined;
  /** Why the project's policy failed; undefined when it did not. */
  readonly failure: string | undefined;
  readonly whatIf: readonly WhatIf[];
}

/** Judges stored evaluations again. */
export type Replay = (project: Project, evaluationId: string) => Promise<Replayed | undefined>;

/** Makes Replay; it answers undefined for an evaluation that the project does not have. */
export function createReplay({
  evaluations,
  policies,
}: {
  evaluations: EvaluationStore;
  policies: ActivePolicies;
}): Replay {
  return async (project, evaluationId) => {
    const kept = await evaluations.find(project.projectId, evaluationId);
    if (kept === undefined) return undefined;
    const policy = await policies.of({ ...project, policyVersion: kept.policyVersion });
    const again = judgeAgain(kept, policy);
    const { evaluation, judgement } = again;
    const { trace } = evaluation;
    const circumstances = circumstancesOf(evaluation);
    return {
      ...again,
      condition: policy.rules.find(({ name }) => name === judgement.rule)?.when,
      failure: failureOf(policy, trace, judgement, circumstances),
      whatIf: whatIf(trace.facts, judgement.signals, circumstances, policy),
    };
  };
}

/** Judges a stored evaluation again, by the version of the policy that judged it. */
export function judgeAgain(kept: KeptEvaluation, policy: Policy): JudgedAgain {
  const evaluation = recollected(kept);
  const judgement = judge(evaluation.trace.facts, circumstancesOf(evaluation), policy);
  return {
    evaluation,
    judgement,
    differences: differencesOf(evaluation, judgement),
    otherEngine: evaluation.trace.engine !== engineVersion,
  };
}

/** What judging many again came to. */
export interface ReplayedMany {
  readonly judged: number;
  /** Ids of those with another answer, judged by this engine: there is a fault. */
  readonly different: readonly string[];
  /** How many were judged by another engine, and how many of these have another answer now. */
  readonly byOtherEngines: number;
  readonly differentByOtherEngines: number;
}

const pageSize = 100;

/** Judges a project's newest evaluations again. `note` hears how many are done. */
export async function replayNewest(
  { evaluations, policies }: { evaluations: EvaluationStore; policies: ActivePolicies },
  project: Project,
  most: number,
  note: (done: number) => void,
): Promise<ReplayedMany> {
  const different: string[] = [];
  let [judged, byOtherEngines, differentByOtherEngines] = [0, 0, 0];
  for (let page = 1; judged < most; page++) {
    const { data } = await evaluations.list(project.projectId, { page, limit: pageSize, userKey: undefined });
    for (const kept of data.slice(0, most - judged)) {
      const policy = await policies.of({ ...project, policyVersion: kept.policyVersion });
      const { differences, otherEngine } = judgeAgain(kept, policy);
      judged += 1;
      if (otherEngine) byOtherEngines += 1;
      if (differences.length === 0) continue;
      if (otherEngine) differentByOtherEngines += 1;
      else different.push(kept.evaluationId);
    }
    note(judged);
    if (data.length < pageSize) break;
  }
  return { judged, different, byOtherEngines, differentByOtherEngines };
}

function circumstancesOf(evaluation: Evaluation): Circumstances {
  const { trace } = evaluation;
  return {
    action: evaluation.action,
    outcome: evaluation.outcome,
    user: userOf(evaluation.userKey),
    emailDomain: trace.emailDomain,
    metadataJson: evaluation.metadataJson,
    deviceConfidence: evaluation.confidence,
    at: trace.facts.observation.at,
  };
}

/** What lay in the database has no key order and no negative zero. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function differencesOf(evaluation: Evaluation, judgement: Judgement): readonly string[] {
  const parts = ["verdict", "restrictions", "reasons", "score", "signals"] as const;
  return parts.filter((part) => !isDeepStrictEqual(stored(evaluation[part]), stored(judgement[part])));
}

function failureOf(
  policy: Policy,
  { facts }: Trace,
  { signals, score }: Judgement,
  circumstances: Circumstances,
): string | undefined {
  const noticed = signals.filter(({ reason }) => reason !== "policy_failed");
  if (noticed.length === signals.length) return undefined;
  try {
    policy.decide(subjectOf(facts, noticed, score, circumstances));
    return undefined;
  } catch (error) {
    if (!(error instanceof PolicyFailure)) throw error;
    return error.message;
  }
}
