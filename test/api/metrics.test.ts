import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenMetrics, openMetrics } from "../../server/metrics.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { california, challengeOf, login } from "../server/user-calls.js";

let measured: OpenMetrics;
let server: TestServer<TestClock>;
/** What is counted after the story that `beforeAll` plays. */
let text: string;

beforeAll(async () => {
  measured = openMetrics();
  server = await startTestServer({ metrics: measured.metrics });
  const email = "katharina@example.com";
  await login(server, "katharina", { email });
  const asked = await login(server, "katharina", { device: "katharina's phone", ip: california, email });
  const challenge = challengeOf(server, asked.body.challenge_id);
  await challenge.send();
  const code = server.codeFor(email);
  await challenge.verify(code === "000000" ? "111111" : "000000");
  await challenge.verify(code);
  await challenge.verify(code);
  await challenge.complete();
  await server.post("/v2/evaluate", { action: "login" });
  text = await measured.read();
});
afterAll(() => server.stop());

describe("an operator reads what a server did", () => {
  test.each([
    ["evaluations by verdict", 'rupt_evaluations_total{verdict="allow",outcome="succeeded"} 1'],
    ["those that ask for a code", 'rupt_evaluations_total{verdict="challenge",outcome="succeeded"} 1'],
    ["their reasons", 'rupt_evaluation_reasons_total{reason="new_device"} 1'],
    ["messages", 'rupt_messages_total{channel="email",kind="code",outcome="taken"} 1'],
    ["wrong codes", 'rupt_codes_entered_total{outcome="wrong"} 1'],
    ["right codes", 'rupt_codes_entered_total{outcome="right"} 1'],
    ["codes that were not compared", 'rupt_codes_entered_total{outcome="refused"} 1'],
    ["completed challenges", "rupt_challenges_completed_total 1"],
    ["calls", 'rupt_calls_total{method="Evaluate",protocol="rest",outcome="ok"} 2'],
    ["refused calls", 'rupt_calls_total{method="Evaluate",protocol="rest",outcome="invalid_field"} 1'],
    ["how long they took", 'rupt_call_duration_seconds_count{method="Evaluate"} 3'],
    ["how many are under way", "rupt_calls_in_progress 0"],
    ["batches", "rupt_evaluation_batch_size_count 2"],
    ["failures of policies", "rupt_policy_failures_total 0"],
  ])("%s", (_, line) => {
    expect(text.split("\n")).toContain(line);
  });

  test("the age of the geo databases", () => {
    for (const database of ["city", "asn"]) {
      const [, seconds] =
        new RegExp(`rupt_geo_database_built_timestamp_seconds\\{database="${database}"\\} (\\d+)`).exec(
          text,
        ) ?? [];
      expect(Number(seconds) * 1000).toBeGreaterThan(Date.parse("2024-01-01"));
    }
  });

  test("nobody is named: no user, contact, address, project, device, challenge or secret", async () => {
    const { projectId } = (await server.foundation.projectStore.list())[0] ?? {};
    expect(projectId).toBeDefined();
    for (const named of ["katharina", california, projectId ?? "", server.secret]) {
      expect(text).not.toContain(named);
    }
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  test("docs/metrics.md names each of them with what it says", () => {
    const docs = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const documented = docs.split("\n").flatMap((line) => {
      const [, name, help] = /^\| `(rupt_\w+)` \| .*? \| (.*) \|$/.exec(line) ?? [];
      return name === undefined ? [] : [`${name} ${help}`];
    });
    const told = [...text.matchAll(/^# HELP (rupt_.*)$/gm)].map(([, line]) => line);
    expect(documented).toEqual(told);
  });
});
