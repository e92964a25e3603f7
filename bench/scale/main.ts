import postgres from "postgres";
import { openProgress } from "../../server/cli/progress.js";
import { openDatabase } from "../../server/store/postgres/database.js";
import { postgresMaintenanceStore } from "../../server/store/postgres/postgres-maintenance-store.js";
import { mixedBodies } from "../load/bodies.js";
import { wrk } from "../load/loaders.js";
import { median, table } from "../load/report.js";
import { startService } from "../load/service.js";

const help = `npm run bench:scale -- [--most N] [--seconds N] [--rounds N] [--users N] [--clients N]

Measures Evaluate over REST with 10,000, 1,000,000 and 10,000,000 evaluations stored (--most ends earlier), of half a year and one user for every
20, on an embedded PostgreSQL with full durability. Needs wrk (apt-get install wrk), and about 8 GB of disk for the last step.`;

const sizes = [10_000, 1_000_000, 10_000_000];
const step = 50_000;
const weekMs = 7 * 86_400_000;
const weeks = 26;

function option(name: string, fallback: number): number {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? fallback : Number(process.argv[place + 1]);
}

/**
 * Copies what the server has recorded: evaluations spread over the weeks before `until`, in the order of time as they would have come, and users
 * with the histories of real ones.
 */
async function fill(sql: postgres.Sql, from: number, to: number, until: number): Promise<void> {
  const progress = openProgress(`filling to ${to.toLocaleString("en")}`);
  for (let done = from; done < to; done += step) {
    const count = Math.min(step, to - done);
    await sql`
      with sample as materialized (
        select project_id, action, verdict, metadata, body, row_number() over () as n
        from (select * from evaluations limit 1000) few),
      filler as materialized (
        select ${done}::bigint + n as n, md5((${done} + n)::text) as random,
          ${until}::float8 - ${weeks * weekMs}::float8 * (1 - (${done} + n)::float8 / ${to}) as at
        from generate_series(1, ${count}::int) n)
      insert into evaluations (project_id, evaluation_id, user_key, action, failed, verdict, device_id, metadata, body)
      select s.project_id, (lpad(to_hex(f.at::bigint), 12, '0') || '7' || substr(f.random, 1, 3) || 'a' || substr(f.random, 4, 15))::uuid,
        'filler-' || (('x' || substr(f.random, 1, 8))::bit(32)::bigint % greatest(1, ${Math.floor(to / 20)}::int)), s.action, false,
        s.verdict, null, s.metadata, s.body
      from filler f join sample s on s.n = 1 + f.n % (select count(*) from sample)`;
    await sql`
      with sample as materialized (
        select project_id, devices, memory, contacts, row_number() over () as n from (select * from users limit 1000) few)
      insert into users (project_id, user_key, version, first_seen_at, last_seen_at, devices, memory, contacts)
      select s.project_id, 'filler-' || f.n, 1, now(), now(), s.devices, s.memory, s.contacts
      from generate_series(${Math.floor(done / 20)}::int, ${Math.floor((done + count) / 20)}::int) f (n)
      join sample s on s.n = 1 + f.n % (select count(*) from sample)
      on conflict (project_id, user_key) do nothing`;
    progress.show(done + count - from, to - from);
  }
  progress.end();
}

async function bench(): Promise<void> {
  const [seconds, rounds, users] = [option("seconds", 10), option("rounds", 3), option("users", 20_000)];
  const [clients, most] = [option("clients", 64), option("most", 10_000_000)];
  const note = (text: string) => process.stderr.write(`${text}\n`);
  const service = await startService();
  const { port, secret, databaseUrl, folder } = service;
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const bodies = mixedBodies(20_000, users, 7).map((body) => JSON.stringify(body));
    const load = (length: number) =>
      wrk({
        url: `http://127.0.0.1:${port}/v2/evaluate`,
        headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
        bodies,
        connections: clients,
        seconds: length,
        folder,
      });
    const stored = async () => Number((await sql`select count(*) as n from evaluations`)[0]?.n);
    const until = Date.now();
    const store = openDatabase({ url: databaseUrl, poolSize: 1, prepare: true });
    await postgresMaintenanceStore(store).makePartitions(until - weeks * weekMs, until);
    await store.end();
    note("warming up …");
    await load(Math.min(10, seconds));
    const rows: string[][] = [];
    let first = Number.NaN;
    for (const size of sizes.filter((each) => each <= most)) {
      await fill(sql, await stored(), size, until);
      await sql`vacuum (analyze) evaluations`;
      await sql`vacuum (analyze) users`;
      await load(2);
      const results = [];
      for (let round = 0; round < rounds; round++) results.push(await load(seconds));
      const failed = results.reduce((sum, result) => sum + result.failed, 0);
      if (failed > 0) throw new Error(`${failed} calls failed`);
      const perSecond = median(results.map((result) => result.perSecond));
      if (Number.isNaN(first)) first = perSecond;
      const [bytes] = await sql`
        select sum(pg_total_relation_size(relid)) as bytes from pg_partition_tree('evaluations') where isleaf`;
      const count = await stored();
      rows.push([
        count.toLocaleString("en"),
        Math.round(perSecond).toLocaleString("en"),
        (perSecond / first).toFixed(2),
        median(results.map((result) => result.p50)).toFixed(1),
        median(results.map((result) => result.p99)).toFixed(1),
        (Number(bytes?.bytes) / count).toFixed(0),
      ]);
      note(`${count.toLocaleString("en")} stored: ${Math.round(perSecond)} calls/s`);
    }
    const head = [
      "evaluations stored",
      "calls/s (median)",
      "of the first",
      "p50 ms",
      "p99 ms",
      "bytes each, with metadata",
    ];
    process.stdout.write(`\n${table(head, rows)}\n`);
  } finally {
    await sql.end({ timeout: 1 });
    await service.end();
  }
}

if (process.argv.includes("--help")) process.stdout.write(`${help}\n`);
else await bench();
