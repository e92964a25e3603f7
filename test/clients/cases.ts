import { readdirSync, readFileSync } from "node:fs";
import type { DescMethod } from "@bufbuild/protobuf";
import { AccessListService } from "../../gen/es/rupt/v2/access_list_service_pb.js";
import { BrowserService } from "../../gen/es/rupt/v2/browser_service_pb.js";
import { ChallengeService } from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { EvaluationService } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { PolicyService } from "../../gen/es/rupt/v2/policy_service_pb.js";
import { UserService } from "../../gen/es/rupt/v2/user_service_pb.js";
import type { Json } from "./caller.js";

/** Calls a method with REST JSON; answers REST JSON. */
export type Call = (method: DescMethod, request: Json) => Promise<Json>;

/** Something that every client must be told the same about, on a project that knows nothing yet. */
export interface Case {
  readonly name: string;
  /** What a client must have methods for. */
  readonly needs: "everything" | "the flow";
  /** Makes the calls and answers what was told, in order. */
  tell(call: Call, codeFor: (contact: string) => Promise<string>): Promise<readonly Json[]>;
  /** What each answer must hold at least, once ids are named. */
  readonly expected: readonly Json[];
  /** Fields that an answer must not have, by its place. */
  readonly absent: readonly (readonly string[])[];
}

interface Example {
  readonly name: string;
  readonly steps: readonly {
    readonly request: Json;
    readonly expect: Json;
    readonly absent?: readonly string[];
  }[];
}

const folder = new URL("../examples/", import.meta.url);

function examples(): readonly Case[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.sort().map((file) => {
    const { name, steps } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Example;
    return {
      name,
      needs: "the flow",
      async tell(call) {
        const answers: Json[] = [];
        for (const { request } of steps) answers.push(await call(EvaluationService.method.evaluate, request));
        return answers;
      },
      expected: steps.map((step) => step.expect),
      absent: steps.map(({ absent = [] }) => absent),
    };
  });
}

const { evaluate } = EvaluationService.method;
const { sendChallenge, verifyChallenge, completeChallenge, getChallenge, describeChallenge } =
  ChallengeService.method;
const { putListEntry } = AccessListService.method;
const { putPolicy } = PolicyService.method;
const atHome = {
  action: "login",
  user: "ann",
  email: "ann@example.com",
  fingerprint: "laptop",
  ip: "84.208.20.110",
};
const abroad = { ...atHome, fingerprint: "phone", ip: "8.8.8.8" };
const policyFile = `rules:
  - name: no_robots
    when: action == "robot"
    verdict: deny
otherwise: allow
tests:
  - name: a login from anywhere
    given: { action: login }
    expect: { verdict: allow }
`;
const unknownId = "0190a000-0000-7000-8000-000000000000";

const wholeFlow: Case = {
  name: "evaluate → send → verify → complete",
  needs: "the flow",
  async tell(call, codeFor) {
    const known = await call(evaluate, atHome);
    const asked = await call(evaluate, abroad);
    const { challenge_id } = asked;
    const sent = await call(sendChallenge, { challenge_id });
    const code = await codeFor(atHome.email);
    const wrong = await call(verifyChallenge, {
      challenge_id,
      code: code === "000000" ? "000001" : "000000",
    });
    const early = await call(completeChallenge, { challenge_id });
    const right = await call(verifyChallenge, { challenge_id, code });
    const completed = await call(completeChallenge, { challenge_id });
    const read = await call(getChallenge, { challenge_id });
    return [known, asked, sent, wrong, early, right, completed, read, await call(evaluate, abroad)];
  },
  expected: [
    { verdict: "allow" },
    { verdict: "challenge", challenge_id: "challenge-1" },
    { success: true, challenge_id: "challenge-1", channel: "email" },
    { success: false, attempts_remaining: 4 },
    { code: "failed_precondition", reason: "challenge_not_verified" },
    { success: true, status: "verified" },
    { success: true },
    { challenge_id: "challenge-1", status: "completed", user: "ann" },
    { verdict: "allow", reasons: [] },
  ],
  absent: [],
};

const refusals: Case = {
  name: "a refusal says what was wrong",
  needs: "the flow",
  tell: async (call) => [
    await call(evaluate, { action: "Log in", user: "ann", ip: "300.1.1.1" }),
    await call(getChallenge, { challenge_id: unknownId }),
    await call(sendChallenge, { challenge_id: "not-an-id" }),
    await call(verifyChallenge, { challenge_id: unknownId, code: "12345a" }),
  ],
  expected: [
    { code: "invalid_argument", reason: "invalid_field", details: [{ field: "action" }, { field: "ip" }] },
    { code: "not_found", reason: "challenge_not_found" },
    { code: "invalid_argument", reason: "invalid_field", details: [{ field: "challenge_id" }] },
    { code: "invalid_argument", reason: "invalid_field", details: [{ field: "code" }] },
  ],
  absent: [],
};

/** One call of each kind to every service, so that no client lacks one. */
const everyService: Case = {
  name: "the services beside the flow",
  needs: "everything",
  async tell(call) {
    const { evaluation_id } = await call(evaluate, atHome);
    const entry = await call(putListEntry, {
      list: "deny",
      kind: "address",
      value: "203.0.113.0/24",
      comment: "x",
    });
    const policy = await call(putPolicy, { source: policyFile });
    return [
      await call(EvaluationService.method.getEvaluation, { evaluation_id }),
      await call(EvaluationService.method.listEvaluations, { user: "ann", limit: 1 }),
      await call(EvaluationService.method.reportEvaluation, { evaluation_id, feedback: "owner" }),
      await call(UserService.method.listDevices, { user: "ann" }),
      await call(UserService.method.eraseUser, { user: "ann" }),
      entry,
      await call(AccessListService.method.listListEntries, { list: "deny" }),
      await call(AccessListService.method.removeListEntry, { entry_id: entry.entry_id }),
      policy,
      await call(PolicyService.method.activatePolicy, { version: 1 }),
      await call(PolicyService.method.testPolicy, { source: policyFile }),
      await call(PolicyService.method.listPolicies, {}),
      await call(PolicyService.method.rollbackPolicy, {}),
      await call(BrowserService.method.consumeEvaluation, { evaluation_id: unknownId, user: "ann" }),
      await call(BrowserService.method.evaluateInBrowser, { action: "login" }),
      await call(describeChallenge, { challenge_id: unknownId }),
    ];
  },
  expected: [
    { user: "ann", verdict: "allow" },
    { total: 1, data: [{ user: "ann" }] },
    { success: true },
    { data: [{ seen_count: 1 }] },
    { success: true },
    { list: "deny", kind: "address", value: "203.0.113.0/24" },
    { total: 1, data: [{ comment: "x" }] },
    { success: true },
    { version: 1, active: false },
    { version: 1, active: true },
    { passed: true, rule_count: 1, results: [{ name: "a login from anywhere", passed: true }] },
    { total: 1, data: [{ version: 1 }] },
    { version: 0, active: true },
    { code: "not_found", reason: "evaluation_not_found" },
    { code: "permission_denied", reason: "not_permitted" },
    { code: "not_found", reason: "challenge_not_found" },
  ],
  absent: [],
};

/** All cases: the flow, refusals, the other services, and every documented example. */
export const cases: readonly Case[] = [wholeFlow, refusals, everyService, ...examples()];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const instants = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g;

/** All fields with their values, of the answers and of whatever is in them. */
function fieldsIn(value: unknown): readonly (readonly [field: string, value: unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(fieldsIn);
  return Object.entries(value).flatMap(([field, inner]) => [[field, inner] as const, ...fieldsIn(inner)]);
}

/** Replaces ids by kind and order of first appearance, and tokens, addresses of pages and instants by a word, so that two runs compare. */
export function comparable(answers: readonly Json[]): readonly Json[] {
  const names = new Map<unknown, string>();
  const counts = new Map<string, number>();
  for (const [field, id] of fieldsIn(answers)) {
    if (!field.endsWith("_id") || names.has(id) || !uuid.test(String(id))) continue;
    const kind = field.slice(0, -"_id".length);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    names.set(id, `${kind}-${counts.get(kind)}`);
  }
  const text = JSON.stringify(answers, (field, value: unknown) => {
    if (field.endsWith("_token")) return "token";
    if (field.endsWith("_url")) return "url";
    const name = names.get(value);
    if (name !== undefined) return name;
    return typeof value === "string" ? value.replaceAll(instants, "instant") : value;
  });
  return JSON.parse(text) as Json[];
}
