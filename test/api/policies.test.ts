import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { PolicyService } from "../../gen/es/rupt/v2/policy_service_pb.js";
import { startTwin } from "../races/twin.js";
import { runProgram } from "../server/server-process.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
let user = 0;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  user += 1;
});

const oslo = "84.208.20.110";
/** A policy that holds back payouts for one action, and nothing else. */
const holding = (action: string) => `
rules:
  - name: hold
    when: action == "${action}"
    verdict: restrict
    restrictions: [payout, change_email]
tests:
  - { name: held, given: { action: ${action} }, expect: { verdict: restrict, rule: hold } }
  - { name: all else, expect: { verdict: allow, rule: none } }
`;
const evaluate = async (action: string, more: object = {}, on = server) =>
  (
    await on.post("/v2/devices/evaluate", {
      action,
      user: `u${user}`,
      fingerprint: "laptop",
      ip: oslo,
      ...more,
    })
  ).body;
/** Each server believes what it knows of a project for a second. */
const aSecondLater = () => server.clock.advance({ seconds: 1 });
const put = async (source: string) => (await server.post("/v2/policies", { source })).body;
const activate = (version: number) => server.post(`/v2/policies/${version}/activate`);
const cli = (...args: readonly string[]) =>
  runProgram("rupt.js", ["policy", ...args], { DATABASE_URL: server.databaseUrl });

describe("a policy edited, tested, put, activated and rolled back", () => {
  test("by REST", async () => {
    const source = holding("withdraw");
    expect((await server.post("/v2/policies/test", { source })).body).toEqual({
      passed: true,
      rule_count: 1,
      results: [
        { name: "held", passed: true, message: "" },
        { name: "all else", passed: true, message: "" },
      ],
    });
    const made = await put(source);
    expect(made).toMatchObject({ active: false, source });
    expect(await evaluate("withdraw")).toMatchObject({ verdict: "allow", restrictions: [] });

    expect((await activate(made.version)).body).toMatchObject({ version: made.version, active: true });
    aSecondLater();
    const held = await evaluate("withdraw");
    expect(held).toMatchObject({ verdict: "restrict", restrictions: ["payout", "change_email"] });
    expect((await server.get(`/v2/evaluations/${held.evaluation_id}`)).body).toMatchObject({
      verdict: "restrict",
      restrictions: ["payout", "change_email"],
      policy_version: made.version,
    });

    const edited = await put(holding("transfer"));
    expect(edited.version).toBe(made.version + 1);
    await activate(edited.version);
    aSecondLater();
    expect((await evaluate("withdraw")).verdict).toBe("allow");
    expect((await evaluate("transfer")).verdict).toBe("restrict");

    expect((await server.post("/v2/policies/rollback")).body).toMatchObject({
      version: made.version,
      active: true,
    });
    aSecondLater();
    expect((await evaluate("withdraw")).verdict).toBe("restrict");
    expect((await server.post("/v2/policies/rollback")).body).toMatchObject({ version: 0, active: true });
    expect((await server.post("/v2/policies/rollback")).body).toMatchObject({
      code: "failed_precondition",
      reason: "nothing_to_roll_back",
    });
    aSecondLater();
    expect((await evaluate("withdraw")).verdict).toBe("allow");
    expect((await server.get("/v2/policies")).body).toMatchObject({
      total: 2,
      data: [
        { version: edited.version, active: false },
        { version: made.version, active: false },
      ],
    });
  });

  test("by gRPC", async () => {
    const client = createClient(
      PolicyService,
      createGrpcTransport({
        baseUrl: `http://${server.grpcTarget}`,
        interceptors: [
          (next) => (request) => {
            request.header.set("authorization", `Bearer ${server.secret}`);
            return next(request);
          },
        ],
      }),
    );
    const source = holding("grpc_withdraw");
    expect((await client.testPolicy({ source })).passed).toBe(true);
    const { policy: made } = await client.putPolicy({ source });
    const version = made?.version ?? -1;
    expect((await client.activatePolicy({ version })).policy).toMatchObject({ version, active: true });
    aSecondLater();
    expect((await evaluate("grpc_withdraw")).verdict).toBe("restrict");
    expect((await client.rollbackPolicy({})).policy?.active).toBe(true);
    aSecondLater();
    expect((await evaluate("grpc_withdraw")).verdict).toBe("allow");
    expect((await client.getPolicy({ version })).policy).toMatchObject({ source, active: false });
    expect((await client.listPolicies({})).data[0]?.version).toBe(version);
  });

  test("by the command line", async () => {
    const file = join(tmpdir(), `rupt-policy-${process.pid}.yaml`);
    onTestFinished(() => rm(file, { force: true }));
    await writeFile(file, holding("cli_withdraw"));
    expect(await cli("test", file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("1 rules, 2 test cases, 0 failed"),
    });
    const { stdout } = await cli("put", "test", file);
    const version = /^Version (\d+) of the policy/.exec(stdout)?.[1] ?? "";
    expect(await cli("activate", "test", version)).toMatchObject({
      code: 0,
      stdout: `Version ${version} is in force.\n`,
    });
    aSecondLater();
    expect((await evaluate("cli_withdraw")).verdict).toBe("restrict");

    const edited = holding("cli_withdraw").replace(
      "verdict: restrict\n    restrictions: [payout, change_email]",
      "verdict: deny",
    );
    await writeFile(file, edited);
    const failed = await cli("test", file);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stdout).toContain('FAILED  held: expected restrict, got deny from rule "hold"');
    expect(await cli("put", "test", file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("held: expected restrict, got deny"),
    });
    await writeFile(file, edited.replace("verdict: restrict, rule", "verdict: deny, rule"));
    await cli("put", "test", file);
    await cli("activate", "test", String(Number(version) + 1));
    aSecondLater();
    expect((await evaluate("cli_withdraw")).verdict).toBe("deny");

    expect((await cli("list", "test")).stdout).toMatch(new RegExp(`^${Number(version) + 1} +in force`, "m"));
    expect((await cli("rollback", "test")).stdout).toBe(`Version ${version} is in force again.\n`);
    aSecondLater();
    expect((await evaluate("cli_withdraw")).verdict).toBe("restrict");
    expect((await cli("show", "test")).stdout.trim()).toBe(holding("cli_withdraw").trim());
    expect((await cli("activate", "test", "0")).stdout).toContain("the shipped default");
    aSecondLater();

    await writeFile(file, "rules:\n  - when: contry == 'NO'\n    verdict: deny\n");
    expect(await cli("put", "test", file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'line 2, column 11: rule 1 "rule_1": the condition is wrong: unknown variable "contry"',
      ),
    });
  });
});

describe("policies", () => {
  test("one that is wrong is refused with every place, and nothing is kept", async () => {
    const before = (await server.get("/v2/policies")).body.total;
    const source =
      "rules:\n  - when: contry == 'NO'\n    verdict: deny\n  - when: 'true'\n    verdict: allow\n  - when: score > 0.5\n    verdict: deny\n";
    expect(await server.post("/v2/policies", { source })).toMatchObject({
      status: 400,
      body: {
        reason: "invalid_policy",
        details: [
          {
            field: "source.rules[0].when",
            description: expect.stringContaining('line 2, column 11: rule 1 "rule_1"'),
          },
          { field: "source.rules[2].when", description: expect.stringContaining("can never be reached") },
        ],
      },
    });
    expect((await server.get("/v2/policies")).body.total).toBe(before);
  });

  test("the same file again is the same version", async () => {
    const first = await put(holding("once"));
    expect((await put(holding("once"))).version).toBe(first.version);
  });

  test("versions of another project, and those that are not there, are unknown", async () => {
    const made = await put(holding("mine"));
    const other = await startTestServer({ clock: server.clock, databaseUrl: server.databaseUrl });
    try {
      for (const answer of [
        await other.get(`/v2/policies/${made.version}`),
        await other.post(`/v2/policies/${made.version}/activate`),
        await server.get("/v2/policies/999999"),
      ])
        expect(answer).toMatchObject({ status: 404, body: { reason: "policy_not_found" } });
      expect((await other.get("/v2/policies/0")).body.source).toContain("new_device_and_ip");
    } finally {
      await other.stop();
    }
  });

  test("another server follows within a second", async () => {
    const twin = await startTwin(server);
    try {
      expect((await evaluate("twin", {}, twin)).verdict).toBe("allow");
      await activate((await put(holding("twin"))).version);
      aSecondLater();
      expect((await evaluate("twin", {}, twin)).verdict).toBe("restrict");
      await activate(0);
      aSecondLater();
    } finally {
      await twin.stop();
    }
  });

  test("one that fails for an attempt leaves it to the default, says so and counts it", async () => {
    const source = 'rules:\n  - name: vip\n    when: metadata.plan == "pro"\n    verdict: deny\n';
    await activate((await put(source)).version);
    aSecondLater();
    const failures = async () =>
      Number.parseInt((await server.get("/readyz")).body.checks.failed_policies, 10);
    const before = await failures();
    expect((await evaluate("login", { metadata: { plan: "pro" } })).verdict).toBe("deny");
    const fallen = await evaluate("login");
    expect(fallen).toMatchObject({ verdict: "allow", reasons: ["first_seen_user"] });
    expect(fallen.signals).toContainEqual(
      expect.objectContaining({
        reason: "policy_failed",
        direction: "neutral",
        weight: 0,
        evidence: { rule: "vip" },
      }),
    );
    expect(await failures()).toBe(before + 1);
    await activate(0);
    aSecondLater();
  });

  test("what is restricted teaches nothing, and a repeated call gets the same restrictions", async () => {
    await activate((await put(holding("learn"))).version);
    aSecondLater();
    const call = () =>
      server.post(
        "/v2/devices/evaluate",
        { action: "learn", user: "restricted", fingerprint: "laptop", ip: oslo },
        { "idempotency-key": "restricted-1" },
      );
    const first = (await call()).body;
    expect(first).toMatchObject({ verdict: "restrict", reasons: ["first_seen_user"] });
    expect((await call()).body).toEqual(first);
    await activate(0);
    aSecondLater();
    expect(
      (
        await server.post("/v2/devices/evaluate", {
          action: "login",
          user: "restricted",
          fingerprint: "laptop",
          ip: oslo,
        })
      ).body.reasons,
    ).toEqual(["first_seen_user"]);
  });

  test("two that roll back at once go back one step at most twice, never astray", async () => {
    const versions: number[] = [];
    for (const action of ["race_a", "race_b", "race_c"]) {
      const { version } = await put(holding(action));
      await activate(version);
      versions.push(version);
    }
    const answers = await Promise.all([
      server.post("/v2/policies/rollback"),
      server.post("/v2/policies/rollback"),
    ]);
    const went = answers.filter(({ status }) => status === 200).map(({ body }) => body.version);
    expect(went.length).toBeGreaterThan(0);
    expect(went.every((version) => versions.slice(0, 2).includes(version))).toBe(true);
    const inForce = (await server.get("/v2/policies")).body.data.find(
      ({ active }: { active: boolean }) => active,
    ).version;
    expect(went).toContain(inForce);
    await activate(0);
    aSecondLater();
  });

  test("the worked example of the documentation holds", async () => {
    const source = await readFile(new URL("../../docs/policy.yaml", import.meta.url), "utf8");
    const { body } = await server.post("/v2/policies/test", { source });
    expect(body.results.filter(({ passed }: { passed: boolean }) => !passed)).toEqual([]);
    expect(body.passed).toBe(true);
  });
});
