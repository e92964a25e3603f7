import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import { defaultPolicyText } from "../risk/policy/default-policy.js";
import { PolicyError } from "../risk/policy/fault.js";
import { type CaseResult, runCases } from "../risk/policy/policy-case.js";
import { type PolicyFile, readPolicyFile } from "../risk/policy/policy-file.js";
import type { Page, PageQuery } from "../store/evaluation-store.js";
import type { PolicyStore, PolicyVersion } from "../store/policy-store.js";
import type { Project } from "../store/project-store.js";

/** Most versions of one project; old ones are kept, since evaluations name them. */
const maxVersions = 10_000;

/** One version as its owner sees it. */
export interface PolicyView {
  /** 0 is the shipped default. */
  readonly version: number;
  readonly active: boolean;
  /** The file. */
  readonly source: string;
  /** Undefined for the shipped default. */
  readonly createdAt: Instant | undefined;
}

/** What a file's own test cases came to. */
export interface PolicyTested {
  readonly ruleCount: number;
  readonly cases: readonly CaseResult[];
}

/** What a project does with its policies. */
export interface Policies {
  /** Keeps a file as the next version, not yet in force. Throws `invalid_policy`, `policy_tests_failed`, `limit_reached`. */
  put(project: Project, source: string): Promise<PolicyView>;
  /** Puts a version in force; servers follow within a second. Throws `policy_not_found`. */
  activate(project: Project, version: number): Promise<PolicyView>;
  /** Puts the version in force that the present one replaced. Throws `nothing_to_roll_back`. */
  rollback(project: Project): Promise<PolicyView>;
  /** Throws `policy_not_found`. */
  get(project: Project, version: number): Promise<PolicyView>;
  /** Newest first; the shipped default is not among them. */
  list(project: Project, query: PageQuery): Promise<Page<PolicyView>>;
}

/** Checks a file and runs its test cases; keeps nothing. Throws `invalid_policy` with each fault and its place. */
export function testPolicy(source: string): PolicyTested {
  const { policy, cases } = read(source);
  return { ruleCount: policy.rules.length, cases: runCases(policy, cases) };
}

/** Makes the service of policies. */
export function createPolicies({ clock, policies }: { clock: Clock; policies: PolicyStore }): Policies {
  const view = ({ version, source, createdAt }: PolicyVersion, active: number): PolicyView => ({
    version,
    source,
    createdAt,
    active: version === active,
  });

  const get = async ({ projectId }: Project, version: number): Promise<PolicyView> => {
    const active = await policies.active(projectId);
    if (version === 0)
      return { version, active: active === 0, source: defaultPolicyText, createdAt: undefined };
    const found = await policies.find(projectId, version);
    if (found === undefined) throw notFound(version);
    return view(found, active);
  };

  return {
    async put({ projectId }, source) {
      refuseFailed(testPolicy(source).cases);
      const made = await policies.put(projectId, source, clock.now(), maxVersions);
      if (made === undefined) {
        throw new AppError(
          "limit_reached",
          `A project holds at most ${maxVersions} versions of its policy.`,
          { metadata: { limit: String(maxVersions) } },
        );
      }
      return view(made, await policies.active(projectId));
    },

    async activate(project, version) {
      if (!(await policies.activate(project.projectId, version, clock.now()))) throw notFound(version);
      return get(project, version);
    },

    async rollback(project) {
      const version = await policies.rollback(project.projectId, clock.now());
      if (version === undefined) {
        throw new AppError(
          "nothing_to_roll_back",
          "The policy in force replaced no other, or another change came in between; see which one is in force.",
        );
      }
      return get(project, version);
    },

    get,

    async list({ projectId }, query) {
      const [active, { data, total }] = await Promise.all([
        policies.active(projectId),
        policies.list(projectId, query),
      ]);
      return { data: data.map((version) => view(version, active)), total };
    },
  };
}

function notFound(version: number): AppError {
  return new AppError("policy_not_found", `The project has no version ${version} of its policy.`);
}

function read(source: string): PolicyFile {
  try {
    return readPolicyFile(source);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const violations = error.faults.map(({ field, line, column, message }) => ({
      field: field === "" ? "source" : `source.${field}`,
      description: `line ${line}, column ${column}: ${message}`,
    }));
    const more = violations.length > 1 ? ` And ${violations.length - 1} more, see the details.` : "";
    throw new AppError("invalid_policy", `${violations[0]?.description ?? "The policy is wrong"}.${more}`, {
      violations,
    });
  }
}

function refuseFailed(cases: readonly CaseResult[]): void {
  const failed = cases.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  throw new AppError(
    "policy_tests_failed",
    `${failed.length} of the policy's ${cases.length} test cases failed, so it was not kept.`,
    {
      violations: failed.map(({ number, name, message }) => ({
        field: `source.tests[${number - 1}]`,
        description: `${name}: ${message}`,
      })),
    },
  );
}
