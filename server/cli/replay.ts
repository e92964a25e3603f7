import { type Command, InvalidArgumentError, Option } from "commander";
import type { Foundation } from "../foundation.js";
import { silentLog } from "../log.js";
import { engineVersion } from "../risk/engine-version.js";
import type { Signal } from "../risk/words.js";
import { createActivePolicies } from "../service/active-policies.js";
import { OperatorError } from "../service/projects.js";
import { createReplay, type Replayed, replayNewest } from "../service/replay.js";
import { postgresEvaluationStore } from "../store/postgres/postgres-evaluation-store.js";
import { postgresPolicyStore } from "../store/postgres/postgres-policy-store.js";
import { withFoundation } from "./open.js";
import { openProgress } from "./progress.js";
import { instant, print } from "./text.js";

/** Ids with another answer that are named. */
const mostNamed = 20;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new InvalidArgumentError("give a whole number from 1, such as 10000");
  return Number(text);
}

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function signalLines(title: string, signals: readonly Signal[]): readonly string[] {
  if (signals.length === 0) return [];
  return [
    "",
    title,
    ...signals.map(({ reason, weight, message }) => {
      const shown = weight === 0 ? "" : `${weight > 0 ? "+" : "−"}${Math.abs(weight).toFixed(2)}`;
      return `  ${shown.padStart(6)}  ${reason.padEnd(20)}  ${message}`;
    }),
  ];
}

/** A replayed evaluation as a person would want to read it. */
export function explanation(project: string, replayed: Replayed): string {
  const { evaluation, judgement, condition, failure } = replayed;
  const { at, ip, country, network } = evaluation.trace.facts.observation;
  const where = [country, network === undefined ? undefined : `AS${network.asn} ${network.name}`]
    .filter((part) => part !== undefined)
    .join(", ");
  const by = (direction: Signal["direction"]) =>
    judgement.signals.filter((signal) => signal.direction === direction);
  const policy = `version ${evaluation.policyVersion}${evaluation.policyVersion === 0 ? " (the shipped default)" : ""}`;
  const why =
    judgement.rule === undefined
      ? `no rule of the policy, ${policy}, matched`
      : `rule "${judgement.rule}" of the policy, ${policy}`;
  const changes = replayed.whatIf.map(({ without, besides, verdict }) =>
    besides === undefined
      ? `  without ${without.join(" and ")}: ${verdict}`
      : `  with ${besides} besides: ${verdict}`,
  );
  return [
    `Evaluation ${evaluation.evaluationId} of project "${project}"`,
    `  ${instant(at)}  ${evaluation.action} (${evaluation.outcome}) of user ${evaluation.userKey} from ${ip ?? "no address"}${where === "" ? "" : ` (${where})`}`,
    "",
    `Verdict: ${judgement.verdict}${judgement.restrictions.length === 0 ? "" : `, withholding ${judgement.restrictions.join(", ")}`}`,
    `  ${failure === undefined ? why : `the project's policy, ${policy}, failed, so the default decided: rule "${judgement.rule ?? "none"}"`}`,
    ...(condition === undefined || failure !== undefined
      ? []
      : [`  because ${condition.replaceAll(/\s+/g, " ")}`]),
    ...(failure === undefined ? [] : [`  ${failure}`]),
    `Score: ${judgement.score.toFixed(3)} (0 is safe, 1 an attack)`,
    ...signalLines("For an attack", by("risk")),
    ...signalLines("For the owner", by("trust")),
    ...signalLines("Neither", by("neutral")),
    "",
    "What would have changed it",
    ...(changes.length === 0 ? ["  nothing simple"] : changes),
    "",
    ...sameness(replayed),
  ].join("\n");
}

function sameness({ differences, otherEngine, evaluation: { trace } }: Replayed): readonly string[] {
  const rules = otherEngine
    ? `rules of version ${trace.engine} then, ${engineVersion} now`
    : `rules of version ${trace.engine}`;
  const again = `Judged again (${rules}; ${trace.geo})`;
  if (differences.length === 0) return [`${again}: the same answer, bit for bit.`];
  const why = otherEngine
    ? "; the rules are others now. What was answered then is what GetEvaluation shows"
    : ", by the same rules: this should never happen";
  return [`${again}: another ${differences.join(", ")}${why}.`];
}

async function replayMany(most: number, name: string | undefined): Promise<void> {
  await withFoundation(async ({ sql, projects }) => {
    const stores = storesOf(sql);
    const asked = name === undefined ? await projects.list() : [await projects.byName(name)];
    for (const project of asked) {
      const progress = openProgress(`Judging again "${project.name}"`);
      const found = await replayNewest(stores, project, most, (done) => progress.show(done, most));
      progress.end();
      const { judged, different, byOtherEngines, differentByOtherEngines } = found;
      const equal = judged - different.length - differentByOtherEngines;
      print(`"${project.name}": ${judged} judged again, ${equal} equal, bit for bit`);
      if (byOtherEngines > 0)
        print(
          `  ${byOtherEngines} were judged by other rules then; ${differentByOtherEngines} have another answer now`,
        );
      for (const id of different.slice(0, mostNamed)) print(`  another answer by the same rules: ${id}`);
      if (different.length > 0) process.exitCode = 1;
    }
  });
}

const storesOf = (sql: Foundation["sql"]) => ({
  evaluations: postgresEvaluationStore(sql),
  policies: createActivePolicies({ policies: postgresPolicyStore(sql), log: silentLog }),
});

/** Adds `rupt replay …`. */
export function replayCommands(program: Command): void {
  program
    .command("replay")
    .argument("[evaluation]", "id of the evaluation")
    .addOption(
      new Option(
        "--last <number>",
        "judge so many of the newest again, and say whether all answers are equal",
      ).argParser(wholeNumber),
    )
    .option("--project <name>", "with --last: of this project only")
    .description("judge a stored evaluation again and explain it; fails where the answer differs")
    .action(async (evaluationId: string | undefined, options: { last?: number; project?: string }) => {
      if (options.last !== undefined) return replayMany(options.last, options.project);
      if (evaluationId === undefined)
        throw new OperatorError("Give the id of an evaluation, or --last NUMBER.");
      await withFoundation(async ({ sql, projects }) => {
        if (!idPattern.test(evaluationId))
          throw new OperatorError(`${evaluationId} is not the id of an evaluation.`);
        const replay = createReplay(storesOf(sql));
        for (const project of await projects.list()) {
          const replayed = await replay(project, evaluationId.toLowerCase());
          if (replayed === undefined) continue;
          print(explanation(project.name, replayed));
          if (replayed.differences.length > 0) process.exitCode = 1;
          return;
        }
        throw new OperatorError(`There is no evaluation ${evaluationId}.`);
      });
    });
}
