import { describe, expect, test } from "vitest";
import { defaultPolicyText } from "./default-policy.js";
import { PolicyError } from "./fault.js";
import { runCases } from "./policy-case.js";
import { readPolicyFile } from "./policy-file.js";

/** What is wrong with a file, each as `line:column message`. */
function faultsOf(source: string): readonly string[] {
  try {
    readPolicyFile(source);
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

const rule = (when: string, rest = "verdict: deny") => `rules:\n  - when: ${when}\n    ${rest}\n`;

describe("a policy file", () => {
  test("the shipped default passes its own test cases, each of its rules among them", () => {
    const { policy, cases } = readPolicyFile(defaultPolicyText);
    expect(runCases(policy, cases).filter(({ passed }) => !passed)).toEqual([]);
    const tested = new Set(cases.map((one) => one.rule));
    expect(policy.rules.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
  });

  test.each<[string, string, string]>([
    [
      "an unknown variable",
      rule("contry == 'NO'"),
      '2:11 rule 1 "rule_1": the condition is wrong: unknown variable "contry"; did you mean "country"?',
    ],
    [
      "an unknown reason",
      rule("score > 0.5 || 'new_devise' in reasons"),
      '2:26 rule 1 "rule_1": the condition is wrong: unknown word "new_devise"; did you mean "new_device"?',
    ],
    ["an unknown state", rule('device.state == "nwe"'), 'unknown word "nwe"'],
    ["an unknown field", rule("device.stat == 'new'"), 'there is no "stat" here; did you mean "state"?'],
    [
      "an unknown function",
      rule("user.startWith('x')"),
      'unknown function "startWith"; did you mean "startsWith"?',
    ],
    [
      "a comparison that never holds",
      rule('asn == "2119"'),
      '2:15 rule 1 "rule_1": the condition is wrong: int never equals string',
    ],
    ["text in place of a condition", rule("country"), "the condition must be true or false, not string"],
    ["arithmetic on text", rule("country + 1 == 2"), "+ does not work with string and int"],
    ["a condition that ends too early", rule("score >"), "2:17 rule 1"],
    [
      "a loop in a loop",
      rule("reasons.exists(a, reasons.all(b, a == b))"),
      "a loop inside a loop could take too long",
    ],
    ["a list that is built", rule("reasons.map(a, a).size() > 1"), "map and filter are not offered"],
    [
      "an unknown verdict",
      rule("score > 0.5", "verdict: reject"),
      "3:14 must be one of: allow, challenge, restrict, challenge_and_restrict, deny",
    ],
    [
      "a restriction without its scopes",
      rule("score > 0.5", "verdict: restrict"),
      'must name what "restrict" withholds',
    ],
    [
      "scopes without a restriction",
      rule("score > 0.5", "verdict: deny\n    restrictions: [payout]"),
      '"deny" withholds nothing',
    ],
    [
      "a misspelt key",
      rule("score > 0.5", "verdict: deny\n    restriction: [payout]"),
      'unknown key "restriction"; did you mean "restrictions"?',
    ],
    ["brackets without end", rule("(".repeat(51)), "must not nest brackets deeper than 50"],
    [
      "a condition as long as a book",
      rule(`user == '${"x".repeat(2_000)}'`),
      "must have at most 2000 characters",
    ],
    ["an alias", "rules: []\ntests: &a []\notherwise: *a\n", "3:12 aliases are not offered"],
    ["no YAML", "rules: [", "1:9 "],
    [
      "a test that names no rule",
      "rules: []\ntests:\n  - expect: { verdict: allow, rule: x }\n",
      'there is no rule "x"',
    ],
    [
      "a test of a state that does not exist",
      "rules: []\ntests:\n  - given: { device: { state: nwe } }\n    expect: { verdict: allow }\n",
      '"state" must be one of: known, new, absent',
    ],
    [
      "a test of a list that does not exist",
      "rules: []\ntests:\n  - given: { lists: { block: [user] } }\n    expect: { verdict: allow }\n",
      'there is no list "block"',
    ],
    [
      "a test of nothing known",
      "rules: []\ntests:\n  - given: { reasonz: [] }\n    expect: { verdict: allow }\n",
      'unknown variable "reasonz"; did you mean "reasons"?',
    ],
  ])("refuses %s and says where", (_, source, fault) => {
    const faults = faultsOf(source);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  test("points into folded and literal text", () => {
    expect(
      faultsOf("rules:\n  - when: >-\n      score > 0.5 &&\n      contry == 'NO'\n    verdict: deny\n")[0],
    ).toMatch(/^4:7 /);
    expect(
      faultsOf("rules:\n  - when: |\n      score > 0.5 &&\n        contry == 'NO'\n    verdict: deny\n")[0],
    ).toMatch(/^4:9 /);
    expect(
      faultsOf(
        `rules:\n  - when: "score > 0.5 && user == \\"a\\" && contry == 'NO'"\n    verdict: deny\n`,
      )[0],
    ).toMatch(/^2:44 /);
  });

  test("names everything that is wrong at once, in the order of the file", () => {
    const lines = faultsOf("rules:\n  - when: a\n    verdict: b\n  - when: c\n    verdict: d\n").map(
      (fault) => fault.split(":")[0],
    );
    expect(lines).toEqual(["2", "3", "4", "5"]);
  });

  test("any text at all is taken or refused, never a crash", () => {
    for (const source of [
      "",
      "null",
      "[]",
      "7",
      "rules: 3",
      "rules: [1, null]",
      "{rules: [{when: {a: b}, verdict: deny}]}",
      "\u0000",
      "rules:\n- when: '\\'\n  verdict: deny",
      `rules: ${"[".repeat(3_000)}`,
    ]) {
      expect(() => faultsOf(source)).not.toThrow();
    }
  });
});

describe("test cases", () => {
  const results = (yaml: string) => {
    const { policy, cases } = readPolicyFile(yaml);
    return runCases(policy, cases);
  };

  test("say what was expected and what came", () => {
    const yaml = `
rules:
  - name: hold_payout
    when: score > 0.5 && metadata.plan == "pro"
    verdict: restrict
    restrictions: [payout, change_email]
tests:
  - { name: right, given: { score: 0.6, metadata: { plan: pro } }, expect: { verdict: restrict, rule: hold_payout, restrictions: [change_email, payout] } }
  - { name: wrong verdict, given: { score: 0.6, metadata: { plan: pro } }, expect: { verdict: deny } }
  - { name: wrong scopes, given: { score: 0.6, metadata: { plan: pro } }, expect: { verdict: restrict, restrictions: [payout] } }
  - { name: wrong rule, given: { score: 0.1 }, expect: { verdict: allow, rule: hold_payout } }
  - { name: a key that is not there, given: { score: 0.6 }, expect: { verdict: allow } }
`;
    expect(results(yaml).map(({ name, message }) => [name, message])).toEqual([
      ["right", ""],
      ["wrong verdict", 'expected deny, got restrict from rule "hold_payout"'],
      ["wrong scopes", "expected restrictions [payout], got [payout, change_email]"],
      ["wrong rule", 'expected rule "hold_payout", got "none"'],
      ["a key that is not there", expect.stringContaining('rule "hold_payout" failed')],
    ]);
  });

  test("reach every variable", () => {
    const holds = (when: string, given: string) =>
      results(
        `rules:\n  - when: ${JSON.stringify(when)}\n    verdict: deny\ntests:\n  - given: ${given}\n    expect: { verdict: deny }\n`,
      )[0];
    for (const [when, given] of [
      ['reasons.exists(r, r.startsWith("new_"))', "{ reasons: [new_ip] }"],
      [
        "signals.new_country.evidence.known_count >= 3 && signals.new_country.weight > 1",
        "{ signals: { new_country: { weight: 2, evidence: { known_count: 3 } } } }",
      ],
      ['action == "payout" && outcome == "failed"', "{ action: payout, outcome: failed }"],
      [
        'user.endsWith("@corp") && email_domain == "example.com"',
        '{ user: "a@corp", email_domain: example.com }',
      ],
      [
        'country in ["NO", "SE"] && asn == 2119 && ip == "1.1.1.1"',
        "{ country: NO, asn: 2119, ip: 1.1.1.1 }",
      ],
      [
        'device.state == "known" && device.seen_count > 4 && device.confidence >= 0.9',
        "{ device: { state: known, seen_count: 5, confidence: 0.9 } }",
      ],
      [
        'address.state == "new" && network.name.contains("Telenor")',
        "{ reasons: [new_ip], network: { name: Telenor Norge } }",
      ],
      ['"email_domain" in lists.watch', "{ lists: { watch: [email_domain] } }"],
      [
        "metadata.cart.total > 1000 && has(metadata.vip) && metadata.tags.exists(t, t == 'x')",
        "{ metadata: { cart: { total: 1000.5 }, vip: false, tags: [1, x] } }",
      ],
      ['now.getHours("Europe/Oslo") == 3 && now.getDayOfWeek() == 1', '{ now: "2026-01-05T02:30:00Z" }'],
    ] as const) {
      expect(holds(when, given), when).toMatchObject({ passed: true });
    }
  });
});
