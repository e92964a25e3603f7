import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "./decide.js";
import { readPolicyFile } from "./policy/policy-file.js";
import { type Given, subjectOf } from "./policy/policy-given.js";

const policyOf = (when: string, rest = "verdict: deny") =>
  readPolicyFile(`rules:\n  - when: ${JSON.stringify(when)}\n    ${rest}\n`).policy;
const decided = (when: string, given: Given, rest?: string) => decide(policyOf(when, rest), subjectOf(given));

describe("deciding", () => {
  test("the first rule that holds gives the verdict and what to withhold", () => {
    expect(decided("score > 0.5", { score: 0.6 }, "verdict: restrict\n    restrictions: [payout]")).toEqual({
      verdict: "restrict",
      restrictions: ["payout"],
      rule: "rule_1",
      failure: undefined,
    });
    expect(decided("score > 0.5", { score: 0.5 })).toEqual({
      verdict: "allow",
      restrictions: [],
      rule: undefined,
      failure: undefined,
    });
  });

  test("a policy that fails falls back to the default for that attempt, and says so without quoting what came", () => {
    const { verdict, rule, failure } = decided('metadata.secret_plan == "pro"', {
      reasons: ["new_device", "new_ip"],
      metadata: { pin: "4711" },
    });
    expect({ verdict, rule }).toEqual({ verdict: "challenge", rule: "new_device_and_ip" });
    expect(failure).toMatchObject({
      reason: "policy_failed",
      direction: "neutral",
      weight: 0,
      evidence: { rule: "rule_1" },
    });
    expect(JSON.stringify(failure)).not.toMatch(/4711|secret_plan/);
  });

  test("a failed attempt is never challenged, but can be denied", () => {
    const challenge = "verdict: challenge";
    const both = "verdict: challenge_and_restrict\n    restrictions: [payout]";
    expect(decided("true", { outcome: "failed" }, challenge).verdict).toBe("allow");
    expect(decided("true", { outcome: "failed" }, both).verdict).toBe("restrict");
    expect(decided("true", { outcome: "failed" }).verdict).toBe("deny");
  });

  test("metadata of any shape and key never breaks the decision", () => {
    const policy = policyOf(
      'has(metadata.a) && (metadata.a == 1 || metadata.a == "x" || metadata.exists(k, k == "b"))',
    );
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.oneof(fc.constantFrom("a", "__proto__", "constructor", "toString"), fc.string()),
          fc.jsonValue(),
        ),
        (metadata) => {
          const { verdict, failure } = decide(policy, {
            ...subjectOf({}),
            metadataJson: JSON.stringify(metadata),
          });
          expect(failure).toBeUndefined();
          expect(["allow", "deny"]).toContain(verdict);
        },
      ),
    );
  });

  test("what was remembered for one set of reasons is not answered for another", () => {
    const policy = policyOf('"new_ip" in reasons && !("known_device" in reasons)');
    const verdict = (given: Given) => decide(policy, subjectOf(given)).verdict;
    for (let round = 0; round < 2; round++) {
      expect(verdict({ reasons: ["new_ip"] })).toBe("deny");
      expect(verdict({ reasons: ["new_ip", "known_device"] })).toBe("allow");
    }
  });

  test("rules that look at the reasons alone keep their place among those that look at more", () => {
    const { policy } = readPolicyFile(`rules:
  - { name: known, when: '"known_device" in reasons', verdict: allow }
  - { name: high, when: 'score > 0.5', verdict: deny }
  - { name: new_ip, when: '"new_ip" in reasons', verdict: challenge }
  - { name: higher, when: 'score > 0.4', verdict: restrict, restrictions: [payout] }
`);
    const rule = (given: Given) => decide(policy, subjectOf(given)).rule;
    for (let round = 0; round < 2; round++) {
      expect(rule({ reasons: ["known_device", "new_ip"], score: 0.9 })).toBe("known");
      expect(rule({ reasons: ["new_ip"], score: 0.9 })).toBe("high");
      expect(rule({ reasons: ["new_ip"], score: 0.45 })).toBe("new_ip");
      expect(rule({ reasons: ["new_device"], score: 0.45 })).toBe("higher");
      expect(rule({ reasons: ["new_device"], score: 0.1 })).toBeUndefined();
    }
  });

  test("a rule that fails does so when its turn comes, not before", () => {
    const { policy } = readPolicyFile(`rules:
  - { name: high, when: 'score > 0.5', verdict: deny }
  - { name: second, when: 'reasons[1] == "new_ip"', verdict: challenge }
`);
    for (let round = 0; round < 2; round++) {
      const high = decide(policy, subjectOf({ reasons: ["new_device"], score: 0.9 }));
      expect({ rule: high.rule, failure: high.failure }).toEqual({ rule: "high", failure: undefined });
      const low = decide(policy, subjectOf({ reasons: ["new_device"], score: 0.1 }));
      expect(low.failure?.evidence).toEqual({ rule: "second" });
    }
  });
});
