import { deflateRawSync } from "node:zlib";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sdk1 } from "../../server/device/dialect.js";
import { createConceal } from "../../server/device/reading.js";
import { type Database, openDatabase } from "../../server/store/postgres/database.js";
import { decodeReadings } from "../../server/store/postgres/device-codec.js";
import { migrate } from "../../server/store/postgres/migrate.js";
import { dictionary1 } from "../../server/store/postgres/migrations/0015-packed.js";
import { migrations } from "../../server/store/postgres/migrations/index.js";
import { postgresEvaluationStore } from "../../server/store/postgres/postgres-evaluation-store.js";
import { postgresUserStore } from "../../server/store/postgres/postgres-user-store.js";
import { createTestDatabase, type TestDatabase } from "../postgres/test-database.js";

const projectId = "01890a5d-ac96-774b-bcce-b302099a8057";
const device = "01a20647-cc42-7e16-8d3a-6386be09f8de";
const at = 1_772_438_400_000;
/** Ids that begin with the instant they were made at. */
const idAt = (ms: number, last: string) => {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${last.padStart(12, "0")}`;
};
const traced = idAt(at, "1");
const untraced = idAt(at + 1000, "2");
const reading = createConceal(Buffer.alloc(32, 7))(
  sdk1,
  sdk1.traits.map((_, index) => index.toString(16).padStart(16, "0")),
);

/** Facts as the release of schema 14 kept them: deflated JSON. */
const trace = {
  engine: 1,
  geo: "some city database, some ASN database",
  facts: {
    observation: {
      at,
      deviceId: device,
      ip: "84.208.20.110",
      addressKey: "84.208.20.110",
      country: "NO",
      anonymity: {},
      geoAvailable: true,
      changedContacts: [],
      traffics: {},
    },
    firstSeenUser: true,
    devicesKnown: 0,
    devicesSeen: 0,
    device: { state: "new", key: device, knownCount: 0 },
    address: { state: "new", key: "84.208.20.110", knownCount: 0 },
    network: { state: "absent" },
    country: { state: "new", key: "NO", knownCount: 0 },
    client: { state: "absent" },
    place: { state: "absent" },
    likelihoods: { country: 0, network: 0, address: 1 / 3, os: 0, browser: 0, agent: 0 },
    abandoned: [],
  },
};
const signal = {
  reason: "first_seen_user",
  direction: "neutral",
  weight: 0.5,
  evidence: {},
  message: "m",
  userMessage: "u",
};

let database: TestDatabase;
let sql: Database;
beforeAll(async () => {
  database = await createTestDatabase(async () => {}, "empty");
  const old = postgres(database.url, { max: 1, onnotice: () => {} });
  await old`create table schema_migrations (version integer primary key, name text not null, applied_at timestamptz not null default now())`;
  for (const { version, name, sql: text } of migrations.filter((migration) => migration.version <= 14)) {
    await old.unsafe(text);
    await old`insert into schema_migrations (version, name) values (${version}, ${name})`;
  }
  const history = {
    d: [[device, at - 5000, at, 7]],
    a: [["84.208.20.110", at - 5000, at, 7, 2119]],
    n: [[2119, at - 5000, at, 7, "NO"]],
    c: [["NO", at - 5000, at, 7]],
    p: [["59.9,10.7", at - 5000, at, 7, 59.9127, 10.7461, 20, "Oslo, NO", 2119]],
    o: [{ challengeId: untraced, at, deviceId: device }],
    v: { at, deviceId: device },
  };
  const contacts = { email: { known: { hash: "h", sealed: "s", since: at } } };
  await old`
    insert into users (project_id, user_key, version, first_seen_at, last_seen_at, history, contacts)
    values (${projectId}, ${'odd "user" {1}, \\'}, 3, to_timestamp(0), to_timestamp(1), ${old.json(history)}, ${old.json(contacts)}),
      (${projectId}, 'empty', 1, to_timestamp(0), to_timestamp(1), '{}', '{}')`;
  await old`
    insert into devices (project_id, device_id, version, first_seen_at, last_seen_at, readings)
    values (${projectId}, ${device}, 2, to_timestamp(0), to_timestamp(1),
      ${old.json([{ d: "v1", k: "0a1b2c3d", t: at, v: reading.toString("base64") }])})`;
  const packedTrace = Buffer.concat([
    Buffer.of(1),
    deflateRawSync(JSON.stringify(trace), { dictionary: dictionary1, windowBits: 13, memLevel: 5 }),
  ]);
  await old`
    insert into evaluations (project_id, evaluation_id, created_at, user_key, action, outcome, verdict, reasons, score, device_id, confidence,
      ip, country, metadata, signals, lesson, trace)
    values (${projectId}, ${traced}, to_timestamp(${at / 1000}), 'empty', 'login', 'succeeded', 'allow', '{first_seen_user}', 0.125, ${device},
        0.75, '84.208.20.110', 'NO', '{"a":1}', ${old.json([signal])}, ${old.json({ at, eventTime: true })}, ${packedTrace}),
      (${projectId}, ${untraced}, to_timestamp(${at / 1000 + 1}), 'empty', 'login', 'failed', 'deny', '{first_seen_user}', 0.5, null,
        null, null, null, null, ${old.json([signal])}, null, null)`;
  await old.end();
  await migrate(database.url);
  sql = openDatabase({ url: database.url, poolSize: 2, prepare: true });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

test("histories come over as they were, whatever the user is called", async () => {
  const user = await postgresUserStore(sql).find(projectId, 'odd "user" {1}, \\');
  expect(user).toMatchObject({
    version: 3,
    contacts: { email: { known: { sealed: "s" } } },
    history: {
      devices: [{ key: device, firstAt: at - 5000, lastAt: at, count: 7 }],
      addresses: [{ key: "84.208.20.110", count: 7, within: 2119 }],
      networks: [{ key: 2119, within: "NO" }],
      countries: [{ key: "NO" }],
      places: [{ latitude: 59.9127, longitude: 10.7461, name: "Oslo, NO", asn: 2119 }],
      open: [{ challengeId: untraced, at, deviceId: device }],
      verified: { at, deviceId: device },
      blamed: [],
    },
  });
  expect((await postgresUserStore(sql).find(projectId, "empty"))?.history.devices).toEqual([]);
});

test("devices come over with their fingerprints", async () => {
  const [row] = await sql<{ version: number; readings: Uint8Array }[]>`select version, readings from devices`;
  expect(row?.version).toBe(2);
  expect(decodeReadings(row?.readings ?? Buffer.alloc(0))).toEqual([
    { dialect: "v1", keyId: "0a1b2c3d", seenAt: at, reading },
  ]);
});

test("evaluations come over with what was answered and what they were judged from", async () => {
  const store = postgresEvaluationStore(sql);
  expect(await store.find(projectId, traced)).toMatchObject({
    createdAt: at,
    userKey: "empty",
    outcome: "succeeded",
    verdict: "allow",
    reasons: ["first_seen_user"],
    score: 0.125,
    deviceId: device,
    confidence: 0.75,
    metadataJson: '{"a":1}',
    eventTime: true,
    signals: [{ reason: "first_seen_user", weight: 0.5 }],
    trace: { engine: 1, geo: trace.geo, facts: trace.facts },
  });
  expect(await store.find(projectId, untraced)).toMatchObject({
    outcome: "failed",
    verdict: "deny",
    deviceId: undefined,
    eventTime: false,
    signals: [{ reason: "first_seen_user", weight: 0.5, evidence: {} }],
    trace: { engine: 0, facts: { observation: { at: at + 1000 } } },
  });
  expect((await store.list(projectId, { page: 1, limit: 10, userKey: "empty" })).total).toBe(2);
});
