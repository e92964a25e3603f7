import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyCensus, sharesOf } from "../../server/risk/census.js";
import { createCensuses } from "../../server/service/censuses.js";
import { type Database, openDatabase } from "../../server/store/postgres/database.js";
import { postgresCensusStore } from "../../server/store/postgres/postgres-census-store.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";
import { testClock } from "../server/test-clock.js";

let database: TestDatabase;
let sql: Database;
beforeAll(async () => {
  database = await createMigratedDatabase();
  sql = openDatabase({ url: database.url, poolSize: 4, prepare: true });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

const projectId = "01890a5d-ac96-774b-bcce-b302099a8057";
const oslo = { country: "NO", asn: 2119, addressKey: "84.208.20.110", client: "ios|safari|17" };
const raise = (error: unknown) => {
  throw error;
};

test("two servers count at the same time, and nothing is lost", async () => {
  const clock = testClock();
  const servers = [1, 2, 3].map(() =>
    createCensuses({ clock, store: postgresCensusStore(sql), failed: raise }),
  );
  for (const server of servers) for (let n = 0; n < 700; n++) server.note(projectId, oslo);
  await Promise.all(servers.map((server) => server.settle()));
  const { census } = await postgresCensusStore(sql).read(projectId);
  expect(census.get("c NO")).toBe(2_100);
  const addresses = [...census].filter(([key]) => key.startsWith("a 2119 "));
  expect(addresses.map(([, count]) => count)).toEqual([2_100]);
  expect([...census.keys()].join()).not.toContain("84.208");

  // Another server knows of it as soon as it has asked, and never waits.
  const newcomer = createCensuses({ clock, store: postgresCensusStore(sql), failed: raise });
  expect(newcomer.of(projectId)).toBe(emptyCensus);
  await newcomer.settle();
  expect(sharesOf(newcomer.of(projectId), oslo).country).toBeGreaterThan(0.9);
});

test("a census is read again once it is a minute old, in the background", async () => {
  const clock = testClock();
  const [one, other] = [1, 2].map(() =>
    createCensuses({ clock, store: postgresCensusStore(sql), failed: raise }),
  );
  if (one === undefined || other === undefined) throw new Error("two were made");
  const another = "01890a5d-ac96-774b-bcce-b302099a8058";
  other.of(another);
  await other.settle();
  one.note(another, oslo);
  await one.settle();
  expect(other.of(another).size).toBe(0);
  clock.advance({ minutes: 1 });
  expect(other.of(another).size).toBe(0);
  await other.settle();
  expect(other.of(another).get("c NO")).toBe(1);
});

test("what cannot be kept is told, and kept the next time", async () => {
  const failures: unknown[] = [];
  const store = postgresCensusStore(sql);
  let broken = true;
  const censuses = createCensuses({
    clock: testClock(),
    store: { ...store, put: (...args) => (broken ? Promise.reject(new Error("gone")) : store.put(...args)) },
    failed: (error) => failures.push(error),
  });
  const third = "01890a5d-ac96-774b-bcce-b302099a8059";
  censuses.note(third, oslo);
  await censuses.settle();
  expect(failures.length).toBeGreaterThan(0);
  broken = false;
  censuses.note(third, oslo);
  await censuses.settle();
  expect((await store.read(third)).census.get("c NO")).toBe(2);
});
