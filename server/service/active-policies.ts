import type { Log } from "../log.js";
import { defaultPolicy } from "../risk/policy/default-policy.js";
import { PolicyError } from "../risk/policy/fault.js";
import { type Policy, PolicyFailure } from "../risk/policy/policy.js";
import { readPolicyFile } from "../risk/policy/policy-file.js";
import type { PolicyStore } from "../store/policy-store.js";
import type { Project } from "../store/project-store.js";

/** The policies by which attempts are judged, each compiled once. */
export interface ActivePolicies {
  /**
   * The policy in force for a project, by the version on its row, which whoever knows the caller has read within the last second. Answers at
   * once, without a promise, where the version is known already.
   */
  of(project: Project): Policy | Promise<Policy>;
  /** Notes that a project's policy failed at a rule, so that the default decided. */
  noteFailure(project: Project, rule: string): void;
  /** How many attempts the default decided because the project's policy failed, since this process started. */
  failures(): number;
}

/** Most compiled policies that are kept; the ones that were made first go first. */
const cacheSize = 1_000;

/** Makes the cache of compiled policies. */
export function createActivePolicies({ policies, log }: { policies: PolicyStore; log: Log }): ActivePolicies {
  const cache = new Map<string, Policy | Promise<Policy>>();
  const usual = defaultPolicy();
  let failed = 0;

  const compile = async ({ projectId }: Project, version: number): Promise<Policy> => {
    const found = await policies.find(projectId, version);
    try {
      if (found === undefined) throw new PolicyError([]);
      return readPolicyFile(found.source).policy;
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      // It was sound when it was put: this release must have lost a word that it uses.
      log.error({ project_id: projectId, version, faults: error.faults }, "a policy in force cannot be read");
      return unreadable;
    }
  };

  return {
    of(project) {
      const { projectId, policyVersion } = project;
      if (policyVersion === 0) return usual;
      const key = `${projectId}:${policyVersion}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const [oldest] = cache.keys();
      if (cache.size >= cacheSize && oldest !== undefined) cache.delete(oldest);
      const compiled = compile(project, policyVersion).then(
        (policy) => {
          cache.set(key, policy);
          return policy;
        },
        (error) => {
          cache.delete(key);
          throw error;
        },
      );
      cache.set(key, compiled);
      return compiled;
    },
    noteFailure({ projectId, policyVersion }, rule) {
      failed += 1;
      log.warn(
        { project_id: projectId, policy_version: policyVersion, rule },
        "a policy failed, the default decided",
      );
    },
    failures: () => failed,
  };
}

/** Stands for a policy that cannot be read: fails each time, so that the default decides and says so. */
const unreadable: Policy = {
  rules: [],
  otherwise: "allow",
  reads: new Set(),
  decide() {
    throw new PolicyFailure("all", new Error("the policy cannot be read by this release"));
  },
};
