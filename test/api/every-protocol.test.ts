import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { type Json, protocols } from "./protocols.js";

/** One documented use of Evaluate: calls in their order, on a project that knows nothing yet. */
interface Example {
  readonly name: string;
  readonly steps: readonly {
    readonly request: Json;
    /** What the answer holds at least; ids as `fingerprint-1`: the first of its kind in the example. */
    readonly expect: Json;
    /** Fields that the answer must not have. */
    readonly absent?: readonly string[];
  }[];
}

const folder = new URL("../examples/", import.meta.url);
const examples = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Example);

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Replaces ids by their place in the order of their first appearance, and tokens, and addresses with tokens, by a word, so that runs compare. */
function normaliser(): (answer: Json) => Json {
  const names = new Map<unknown, string>();
  const counts = new Map<string, number>();
  const nameIds = (answer: Json) => {
    for (const [field, id] of Object.entries(answer)) {
      if (!field.endsWith("_id") || names.has(id)) continue;
      expect(id, field).toMatch(uuid);
      const kind = field.slice(0, -"_id".length);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      names.set(id, `${kind}-${counts.get(kind)}`);
    }
  };
  return (answer) => {
    nameIds(answer);
    const text = JSON.stringify(answer, (field, value: unknown) =>
      field.endsWith("_token") || field === "challenge_url" ? "token" : (names.get(value) ?? value),
    );
    return JSON.parse(text) as Json;
  };
}

async function run({ name, steps }: Example, protocol: string): Promise<readonly Json[]> {
  const { secret } = await server.foundation.projects.create(`${name.slice(0, 70)}, ${protocol}`);
  const normalise = normaliser();
  const answers: Json[] = [];
  for (const { request } of steps)
    answers.push(normalise((await protocols[protocol]?.(server, secret, request)) ?? {}));
  return answers;
}

describe.each(examples)("$name", (example) => {
  let told: Readonly<Record<string, readonly Json[]>>;
  beforeAll(async () => {
    const runs = Object.keys(protocols).map(async (protocol) => [protocol, await run(example, protocol)]);
    told = Object.fromEntries(await Promise.all(runs));
  });

  test("is answered as documented", () => {
    for (const [index, { expect: wanted, absent = [] }] of example.steps.entries()) {
      const answer = told.curl?.[index] ?? {};
      expect(answer, `step ${index + 1}`).toMatchObject(wanted);
      for (const field of absent) expect(answer, `step ${index + 1}`).not.toHaveProperty(field);
      expect(answer).toHaveProperty("evaluation_id");
      expect(answer.score).toSatisfy((score: number) => score >= 0 && score <= 1);
      expect(answer.signals).toBeInstanceOf(Array);
    }
  });

  test.each(Object.keys(protocols))("%s answers the same", (protocol) => {
    expect(told[protocol]).toEqual(told.curl);
  });
});
