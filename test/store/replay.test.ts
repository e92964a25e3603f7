import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../server/log.js";
import { createActivePolicies } from "../../server/service/active-policies.js";
import { createReplay, type Replay } from "../../server/service/replay.js";
import { postgresEvaluationStore } from "../../server/store/postgres/postgres-evaluation-store.js";
import { postgresPolicyStore } from "../../server/store/postgres/postgres-policy-store.js";
import { runProgram } from "../server/server-process.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

/** How many evaluations are judged again; 10,000 take about a minute more. */
const wanted = Number(process.env.REPLAY_EVALUATIONS ?? 500);

let server: TestServer<TestClock>;
let replay: Replay;
beforeAll(async () => {
  server = await startTestServer();
  const { sql } = server.foundation;
  replay = createReplay({
    evaluations: postgresEvaluationStore(sql),
    policies: createActivePolicies({ policies: postgresPolicyStore(sql), log: silentLog }),
  });
});
afterAll(() => server.stop());

const project = () => server.foundation.projects.byName("test");
const evaluate = async (body: object) => (await server.post("/v2/devices/evaluate", body)).body;

/** Reads all that a policy can read, and fails where no plan is given. */
const nosy = `
rules:
  - name: deny_listed
    when: '"deny_listed" in reasons'
    verdict: deny
  - name: at_night
    when: now.getHours("Europe/Oslo") < 5 && device.state == "new" && email_domain != "example.com"
    verdict: challenge_and_restrict
    restrictions: [payout]
  - name: pro
    when: metadata.plan == "pro" && score > 0.2
    verdict: challenge
  - name: seen_often
    when: device.seen_count > 3 && address.seen_count > 2
    verdict: allow
  - name: far
    when: has(signals.new_country) && signals.new_country.evidence.known_count >= 1
    verdict: restrict
    restrictions: [payout, change_email]
`;

const addresses = [
  "84.208.20.110",
  "8.8.8.8",
  "193.213.112.4",
  "2a02:2121:1::5",
  "10.0.0.1",
  "185.220.101.4",
  "not given",
];

/** A stream with something of everything, the same each time. */
function* attempts(count: number): Generator<object> {
  let state = 7;
  const below = (limit: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
  for (let made = 0; made < count; made++) {
    const user = below(40);
    const ip = addresses[below(addresses.length)];
    yield {
      action: ["login", "login", "order"][below(3)],
      user: `u${user}`,
      ...(below(10) === 0 ? {} : { fingerprint: [`f${user}-${below(3)}`, "same", String(below(2))] }),
      ...(ip === "not given" ? {} : { ip }),
      ...(below(3) === 0 ? { email: `u${user}@${["example.com", "mailinator.com"][below(2)]}` } : {}),
      ...(below(2) === 0
        ? { metadata: { plan: ["pro", "free"][below(2)], nested: { deep: [1.5, null, "ø"] } } }
        : {}),
      ...(below(6) === 0 ? { outcome: "failed" } : {}),
      user_agent:
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    };
  }
}

describe("replay", () => {
  test("many stored evaluations are judged again to equal answers", async () => {
    await server.post("/v2/lists", { list: "deny", kind: "user", value: "u1", comment: "sold" });
    await server.post("/v2/lists", { list: "watch", kind: "country", value: "NO" });
    const { version } = (await server.post("/v2/policies", { source: nosy })).body;
    const ids: string[] = [];
    const verdicts = new Map<string, number>();
    let batch: Promise<{ evaluation_id: string; verdict: string }>[] = [];
    let made = 0;
    for (const attempt of attempts(wanted)) {
      batch.push(evaluate(attempt));
      made += 1;
      // Half of them under each policy, over weeks and all hours.
      if (made === Math.floor(wanted / 2)) await server.post(`/v2/policies/${version}/activate`);
      if (batch.length < 25 && made < wanted) continue;
      for (const { evaluation_id, verdict } of await Promise.all(batch)) {
        ids.push(evaluation_id);
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
      }
      batch = [];
      server.clock.advance({ minutes: 47 });
    }
    expect([...verdicts.keys()].sort()).toEqual([
      "allow",
      "challenge",
      "challenge_and_restrict",
      "deny",
      "restrict",
    ]);

    const owner = await project();
    const unequal: unknown[] = [];
    for (const id of ids) {
      const replayed = await replay(owner, id);
      if (replayed === undefined || replayed.differences.length > 0)
        unequal.push([id, replayed?.differences]);
    }
    expect(unequal).toEqual([]);
    expect(ids).toHaveLength(wanted);
    await server.post("/v2/policies/0/activate");
    server.clock.advance({ seconds: 1 });
  }, 600_000);

  test("the command line judges the newest again and counts what is equal", async () => {
    const run = () =>
      runProgram("rupt.js", ["replay", "--last", "300", "--project", "test"], {
        DATABASE_URL: server.databaseUrl,
      });
    expect(await run()).toMatchObject({
      code: 0,
      stdout: '"test": 300 judged again, 300 equal, bit for bit\n',
    });
    const { evaluation_id } = await evaluate({ action: "login", user: "altered", fingerprint: "laptop" });
    await server.foundation
      .sql`update evaluations set verdict = 'deny' where evaluation_id = ${evaluation_id}`;
    expect(await run()).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        `300 judged again, 299 equal, bit for bit\n +another answer by the same rules: ${evaluation_id}`,
      ),
    });
    await server.foundation
      .sql`update evaluations set verdict = 'allow' where evaluation_id = ${evaluation_id}`;
  }, 60_000);

  test("the explanation says what, why, for, against and what would have changed it", async () => {
    await evaluate({ action: "login", user: "ann", fingerprint: "laptop", ip: "84.208.20.110" });
    server.clock.advance({ days: 1 });
    const { evaluation_id, verdict } = await evaluate({
      action: "login",
      user: "ann",
      fingerprint: "phone",
      ip: "193.213.112.4",
    });
    expect(verdict).toBe("challenge");
    const { code, stdout } = await runProgram("rupt.js", ["replay", evaluation_id], {
      DATABASE_URL: server.databaseUrl,
    });
    expect(stdout).toContain("Verdict: challenge");
    expect(stdout).toContain('rule "new_device_and_ip" of the policy, version 0 (the shipped default)');
    expect(stdout).toContain('because ("new_device" in reasons');
    expect(stdout).toMatch(/For an attack\n(.*\n)* +\+\d\.\d\d {2}new_device/);
    expect(stdout).toMatch(/For the owner\n(.*\n)* +−\d\.\d\d {2}known_country/);
    expect(stdout).toContain("without new_device: allow");
    expect(stdout).toContain("without new_ip: allow");
    expect(stdout).toContain("the same answer, bit for bit");
    expect(code).toBe(0);
  });

  test("an answer that was altered, or judged by other rules, is told apart", async () => {
    const { evaluation_id } = await evaluate({
      action: "login",
      user: "bob",
      fingerprint: "laptop",
      ip: "84.208.20.110",
    });
    const { sql } = server.foundation;
    await sql`update evaluations set verdict = 'deny' where evaluation_id = ${evaluation_id}`;
    const { code, stdout } = await runProgram("rupt.js", ["replay", evaluation_id], {
      DATABASE_URL: server.databaseUrl,
    });
    expect(code).toBe(1);
    expect(stdout).toContain("another verdict");
  });

  test("a policy that failed is named with its cause", async () => {
    const { version } = (
      await server.post("/v2/policies", {
        source: "rules:\n  - name: vip\n    when: metadata.plan == 'pro'\n    verdict: deny\n",
      })
    ).body;
    await server.post(`/v2/policies/${version}/activate`);
    server.clock.advance({ seconds: 1 });
    const { evaluation_id } = await evaluate({
      action: "login",
      user: "eve",
      fingerprint: "laptop",
      ip: "84.208.20.110",
    });
    const replayed = await replay(await project(), evaluation_id);
    expect(replayed).toMatchObject({
      differences: [],
      failure: expect.stringContaining('rule "vip" failed'),
    });
  });

  test("neither contact nor fingerprint is kept in clear, and a trace is small", async () => {
    const { sql } = server.foundation;
    const rows = await sql<{ evaluation_id: string; bytes: number }[]>`
      select evaluation_id, length(body) as bytes from evaluations order by evaluation_id`;
    const store = postgresEvaluationStore(sql);
    const { projectId } = await project();
    let bytes = 0;
    for (const row of rows) {
      bytes += row.bytes;
      const text = JSON.stringify((await store.find(projectId, row.evaluation_id))?.trace);
      expect(text).not.toMatch(/u\d+@|"f\d+-\d"|"same"|"laptop"|"phone"/);
    }
    const mean = bytes / rows.length;
    // Users with hundreds of logins have seen more, and so have the facts of their attempts.
    expect(mean, `${Math.round(mean)} bytes on average`).toBeLessThan(wanted <= 500 ? 520 : 640);
  });

  test("an id that is not there, or is none, is refused", async () => {
    const run = (id: string) => runProgram("rupt.js", ["replay", id], { DATABASE_URL: server.databaseUrl });
    expect(await run("01890a5d-ac96-774b-bcce-b302099a8057")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There is no evaluation"),
    });
    expect(await run("'; drop table")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is not the id"),
    });
  });
});
