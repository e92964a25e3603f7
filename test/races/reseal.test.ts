import { afterAll, beforeAll, expect, test } from "vitest";
import { deriveKeys } from "../../server/keys.js";
import { reseal } from "../../server/service/reseal.js";
import { postgresSealedStore } from "../../server/store/postgres/postgres-sealed-store.js";
import type { TestClock } from "../server/test-clock.js";
import {
  nextMasterKey as newKey,
  startTestServer,
  type TestServer,
  testMasterKey,
} from "../server/test-server.js";
import { type Asked, challenged, challengeOf, login } from "../server/user-calls.js";
import { startTwin } from "./twin.js";

const oldId = deriveKeys([testMasterKey]).id;

let first: TestServer<TestClock>;

beforeAll(async () => {
  first = await startTestServer();
});
afterAll(() => first.stop());

/** How many values of all tables' contacts begin with the key's id. */
async function sealedUnder(id: string): Promise<number> {
  const [row] = await first.foundation.sql<{ n: number }[]>`
    select (select count(*) from users where contacts::text like ${`%"${id}.%`})
      + (select count(*) from challenges where email like ${`${id}.%`} or sms like ${`${id}.%`}) as n`;
  return Number(row?.n);
}

test("contacts move to the newest key beside evaluations, and the old key can go; what was left behind shows without its contacts", async () => {
  const asked: Asked[] = [];
  for (let n = 0; n < 12; n++) {
    asked.push(await challenged(first, `s${n}`, { phone: `+47900000${String(n).padStart(2, "0")}` }));
  }
  const lostOnes = await challenged(first, "left-behind");
  expect(await sealedUnder(oldId)).toBe(26);

  first.clock.advance({ seconds: 30 });
  const both = await startTwin(first, { MASTER_KEYS: `${newKey},${testMasterKey}` });
  const store = postgresSealedStore(both.foundation.sql);
  const run = () => reseal({ keys: both.foundation.keys, sealed: store }, () => {});
  // Users log in on both servers while it runs, and some of their challenges are sent and verified.
  const [, , ...answers] = await Promise.all([
    run(),
    run(),
    ...Array.from({ length: 12 }, (_, n) =>
      login(both, `s${n}`, { device: `s${n}'s tablet`, ip: "9.9.9.9" }),
    ),
    ...asked.slice(0, 4).map(({ id }) => challengeOf(both, id).send()),
  ]);
  for (const { status, body } of answers) {
    expect(status === 200 || body.reason === "conflict", JSON.stringify(body)).toBe(true);
  }
  await run();
  expect(await sealedUnder(oldId)).toBe(0);
  expect(await run()).toMatchObject({ resealed: 0, left: 0, lost: 0 });
  // The contact is recognised as the known one, by its hash under the new key.
  const same = await login(both, "s5", { email: "s5@example.com" });
  expect(same.body.reasons).not.toContain("contact_changed");

  // One that nobody resealed: a backup that was played back, say.
  await first.foundation.sql`
    update challenges set email = ${`${oldId}.AAAA`}, sms = null where challenge_id = ${lostOnes.id}`;
  await both.stop();
  const only = await startTwin(first, { MASTER_KEYS: newKey });
  try {
    // The API secret moved when it was used with both keys.
    const shown = await only.get(`/v2/challenges/${asked[7]?.id}`);
    expect(shown.body).toMatchObject({ email: "s*****@example.com", phone: "******07" });
    first.clock.advance({ seconds: 30 });
    const challenge = challengeOf(only, asked[7]?.id ?? "");
    expect((await challenge.send()).status).toBe(200);
    expect((await challenge.verify(only.codeFor("s7@example.com"))).body.success).toBe(true);

    const lost = await only.get(`/v2/challenges/${lostOnes.id}`);
    expect(lost.status).toBe(200);
    expect(lost.body).toMatchObject({ status: "created" });
    expect(lost.body).not.toHaveProperty("email");
    expect((await only.get("/v2/challenges?limit=100")).status).toBe(200);
    expect((await challengeOf(only, lostOnes.id).send()).body).toMatchObject({ reason: "no_contact" });
  } finally {
    await only.stop();
  }
});

test("settings that are changed at the same instant are all kept", async () => {
  const names = ["max_attempts", "max_sends", "resend_after_seconds", "max_failed_codes", "login_notices"];
  const values = ["4", "4", "40", "40", "0"];
  await Promise.all(names.map((name, n) => first.foundation.projects.set("test", name, values[n] ?? "")));
  const { settings } = await first.foundation.projects.byName("test");
  for (const [n, name] of names.entries()) {
    expect(settings.limits).toHaveProperty(name, Number(values[n]));
  }
});
