import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import postgres from "postgres";
import { EvaluateRequestSchema } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { layoutOf } from "../../server/store/embedded-postgres/layout.js";
import { findPostmaster } from "../../server/store/embedded-postgres/postmaster.js";
import { liftBudgets } from "../challenges/budgets.js";
import { type Body, mixedBodies, usualBody } from "./bodies.js";
import { callsOfLogin, evaluationsOfLogin, type Order, serveChallenged, type Tally } from "./challenged.js";
import { grpcFrame, h2load, type LoadResult, percentile, wrk } from "./loaders.js";
import { nextSaid, startPart, usage } from "./processes.js";
import { median, type Row, rowPicture, rowTable, table } from "./report.js";
import { startService } from "./service.js";
import { serveYardsticks, type YardstickPorts } from "./yardstick.js";

const help = `npm run bench -- [--seconds N] [--rounds N] [--users N] [--workers N] [--clients N] [--challenged N] [--soak SECONDS] [--out FOLDER]

Loads the real server, on its own embedded PostgreSQL with full durability, and beside it the yardsticks: the same transports with nothing behind
them, and a bare node:http handler with one durable INSERT or one SELECT per request. Beside the evaluations, --challenged logins a second (10) go on from
a new device to the completed challenge: a code is sent, to a provider that answers at once, entered wrongly, then rightly. With --soak the full
load goes on that long, and the memory of the server is noted on the way. Needs wrk and h2load (apt-get install wrk nghttp2-client).`;

const evaluatePath = "/rupt.v2.EvaluationService/Evaluate";

function option(name: string, fallback: number): number {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? fallback : Number(process.argv[place + 1]);
}

/** How long an Evaluate is loaded before it is measured: the first ten seconds go by while its code is compiled, which a server does once. */
const warmUpSeconds = 12;

interface Subject {
  readonly name: string;
  /** The process that serves it. */
  readonly pid: number;
  readonly load: (seconds: number) => Promise<LoadResult>;
  /** Rows that its answers must have left. */
  readonly stored: boolean;
}

const grpcBody = ({ action, user, fingerprint, ip, email, metadata }: Body): Buffer =>
  grpcFrame(
    toBinary(
      EvaluateRequestSchema,
      create(EvaluateRequestSchema, { action, user, fingerprint: [...fingerprint], ip, email, metadata }),
    ),
  );

async function bench(): Promise<void> {
  const seconds = option("seconds", 10);
  const rounds = option("rounds", 3);
  const users = option("users", 20_000);
  const clients = option("clients", 48);
  const outPlace = process.argv.indexOf("--out");
  const out = outPlace < 0 ? undefined : process.argv[outPlace + 1];

  const note = (text: string) => process.stderr.write(`${text}\n`);
  note("starting PostgreSQL, the server and the yardsticks …");
  const challenged = await startPart<string>("--challenged");
  const service = await startService(() => ({
    WORKERS: String(option("workers", 1)),
    SMS_URL: challenged.said,
  }));
  const { port, grpcPort, secret, databaseUrl, folder } = service;
  await liftBudgets(service.env);
  const postmaster = (await findPostmaster(layoutOf(folder).data))?.pid ?? 0;
  const yardsticks = await startPart<YardstickPorts>("--yardstick", databaseUrl);
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const bodies = mixedBodies(20_000, users, 7).map((body) => JSON.stringify(body));
    const steady = Array.from({ length: clients }, (_, client) => usualBody(1_000_000 + client));
    const json = { "content-type": "application/json", authorization: `Bearer ${secret}` };
    const grpcHeaders = {
      "content-type": "application/grpc",
      te: "trailers",
      authorization: `Bearer ${secret}`,
    };
    const byWrk = (url: string) => (length: number) =>
      wrk({ url, headers: json, bodies, connections: clients, seconds: length, folder });
    const byH2load = (url: string) => (length: number) =>
      h2load({ url, headers: grpcHeaders, bodies: steady.map(grpcBody), seconds: length, folder });
    const at = (number: number) => `http://127.0.0.1:${number}`;
    const { bare, http, grpc } = yardsticks.said;
    const serverPid = service.child.pid ?? 0;
    const yardstickPid = yardsticks.child.pid ?? 0;
    const subjects: Subject[] = [
      { name: "Evaluate, REST", pid: serverPid, load: byWrk(`${at(port)}/v2/evaluate`), stored: true },
      { name: "Evaluate, gRPC", pid: serverPid, load: byH2load(at(grpcPort) + evaluatePath), stored: true },
      { name: "Evaluate, Connect JSON", pid: serverPid, load: byWrk(at(port) + evaluatePath), stored: true },
      { name: "bare INSERT", pid: yardstickPid, load: byWrk(`${at(bare)}/insert`), stored: false },
      { name: "bare SELECT", pid: yardstickPid, load: byWrk(`${at(bare)}/select`), stored: false },
      { name: "trivial RPC, REST", pid: yardstickPid, load: byWrk(`${at(http)}/v2/evaluate`), stored: false },
      {
        name: "trivial RPC, gRPC",
        pid: yardstickPid,
        load: byH2load(at(grpc) + evaluatePath),
        stored: false,
      },
      {
        name: "trivial RPC, Connect JSON",
        pid: yardstickPid,
        load: byWrk(at(http) + evaluatePath),
        stored: false,
      },
    ];

    /** Loads with evaluations, and with challenged logins at the same time. */
    const besideChallenged = async <Result>(load: () => Promise<Result>) => {
      const perSecond = option("challenged", 10);
      // Whether it still listens, `nextSaid` finds out.
      const order = (what: Order) => challenged.child.send(what, () => {});
      order({ start: { port, secret, perSecond } });
      const result = await load();
      const said = nextSaid<Tally>(challenged.child);
      order("stop");
      return { result, tally: await said };
    };
    const nobody: Tally = { logins: 0, sendMs: [], verifyMs: [] };
    const rowsNow = async () => {
      const [row] = await sql<{ evaluations: number; completed: number; sent: number }[]>`
        select (select count(*) from evaluations)::int as evaluations,
          (select count(*) from challenges where status = 'completed')::int as completed,
          (select count(*) from deliveries where status = 'sent')::int as sent`;
      return row ?? { evaluations: 0, completed: 0, sent: 0 };
    };
    const commits = async () => {
      await sql`select pg_stat_force_next_flush()`;
      return Number(
        (await sql`select xact_commit as n from pg_stat_database where datname = current_database()`)[0]?.[
          "n"
        ],
      );
    };
    for (const { name, load, stored } of subjects) {
      note(`warming up: ${name}`);
      const warmUp = () => load(stored ? warmUpSeconds : Math.min(3, seconds));
      await (stored ? besideChallenged(warmUp) : warmUp());
    }

    const measurements = subjects.map((subject) => ({
      subject,
      results: [] as LoadResult[],
      serverCpu: 0,
      databaseCpu: 0,
      logins: 0,
    }));
    const commitsPerCall: number[] = [];
    const tallies: Tally[] = [];
    let evaluated = 0;
    // In turns, so that a machine that becomes slower meanwhile does so for all.
    for (let round = 1; round <= rounds; round++) {
      for (const measurement of measurements) {
        const { name, pid, load, stored } = measurement.subject;
        const before = { rows: await rowsNow(), commits: await commits() };
        const [serverBefore, databaseBefore] = [usage(pid), usage(postmaster)];
        const { result, tally } = stored
          ? await besideChallenged(() => load(seconds))
          : { result: await load(seconds), tally: nobody };
        measurement.serverCpu += usage(pid).cpuSeconds - serverBefore.cpuSeconds;
        measurement.databaseCpu += usage(postmaster).cpuSeconds - databaseBefore.cpuSeconds;
        const after = await rowsNow();
        const due = stored ? result.answered + evaluationsOfLogin * tally.logins : 0;
        if (after.evaluations - before.rows.evaluations < due)
          throw new Error(`${name}: ${due} answers, but ${after.evaluations - before.rows.evaluations} rows`);
        for (const what of ["sent", "completed"] as const) {
          const added = after[what] - before.rows[what];
          if (added !== tally.logins) throw new Error(`${tally.logins} logins, but ${added} ${what}`);
        }
        if (name === "Evaluate, REST") {
          const calls = result.answered + callsOfLogin * tally.logins;
          commitsPerCall.push(((await commits()) - before.commits) / calls);
        }
        measurement.results.push(result);
        measurement.logins += tally.logins;
        if (stored) {
          tallies.push(tally);
          evaluated += due;
        }
        note(
          `${name}, round ${round}: ${Math.round(result.perSecond)} calls/s, p99 ${result.p99.toFixed(1)} ms, ${result.failed} failed`,
        );
      }
    }
    const rows = measurements.map(({ subject, results, serverCpu, databaseCpu, logins }): Row => {
      const calls = results.reduce((sum, { answered }) => sum + answered, callsOfLogin * logins);
      return {
        name: subject.name,
        lowest: Math.min(...results.map(({ perSecond }) => perSecond)),
        median: median(results.map(({ perSecond }) => perSecond)),
        p50: median(results.map(({ p50 }) => p50)),
        p95: median(results.map(({ p95 }) => p95)),
        p99: median(results.map(({ p99 }) => p99)),
        serverCpuMs: (serverCpu / calls) * 1000,
        databaseCpuMs: (databaseCpu / calls) * 1000,
        failed: results.reduce((sum, { failed }) => sum + failed, 0),
      };
    });

    const find = (name: string) => rows.find((row) => row.name === name)?.median ?? Number.NaN;
    note("latency at half of the load, and of single calls …");
    const halfRate = Math.max(1, Math.round(find("Evaluate, gRPC") / 2 / clients));
    const half = (url: string) => async () =>
      (
        await h2load({
          url,
          headers: grpcHeaders,
          bodies: steady.map(grpcBody),
          seconds,
          folder,
          rate: halfRate,
        })
      ).p99;
    const alone = [Buffer.from(JSON.stringify(steady[0]))];
    const single = (url: string) => async () =>
      (
        await h2load({
          url,
          headers: json,
          bodies: alone,
          seconds: Math.min(5, seconds),
          folder,
          http1: true,
        })
      ).p50;
    const latencies = {
      half: { of: half(at(grpcPort) + evaluatePath), ms: [] as number[] },
      trivialHalf: { of: half(at(grpc) + evaluatePath), ms: [] as number[] },
      single: { of: single(`${at(port)}/v2/evaluate`), ms: [] as number[] },
      singleInsert: { of: single(`${at(bare)}/insert`), ms: [] as number[] },
    };
    for (let round = 1; round <= rounds; round++) {
      for (const { of, ms } of Object.values(latencies)) ms.push(await of());
    }
    const medianMs = ({ ms }: { readonly ms: readonly number[] }) => median(ms).toFixed(2);

    const soak = option("soak", 0);
    const memory: number[] = [];
    if (soak > 0) {
      note(`full load for ${soak} s …`);
      const watch = setInterval(() => memory.push(usage(serverPid).megabytes), 5_000);
      await besideChallenged(() => byWrk(`${at(port)}/v2/evaluate`)(soak));
      clearInterval(watch);
    }
    const afterMinute = memory.slice(12);

    await sql`vacuum (analyze) evaluations`;
    const [size] = await sql`
      select sum(pg_total_relation_size(relid)) as bytes from pg_partition_tree('evaluations') where isleaf`;
    const metadataBytes = JSON.stringify({ plan: "basic" }).length;
    const bytesEach = Number(size?.["bytes"]) / (await rowsNow()).evaluations - metadataBytes;
    const logins = tallies.reduce((sum, tally) => sum + tally.logins, 0);
    const took = (of: (tally: Tally) => readonly number[]) => {
      const sorted = tallies.flatMap(of).sort((a, b) => a - b);
      return `${percentile(sorted, 0.5).toFixed(1)} (${percentile(sorted, 0.99).toFixed(1)})`;
    };
    const facts: readonly (readonly [string, string])[] = [
      ["Evaluate over gRPC / bare INSERT", (find("Evaluate, gRPC") / find("bare INSERT")).toFixed(2)],
      ["Evaluate over REST / bare INSERT", (find("Evaluate, REST") / find("bare INSERT")).toFixed(2)],
      [
        "Evaluate over gRPC / trivial RPC over gRPC",
        (find("Evaluate, gRPC") / find("trivial RPC, gRPC")).toFixed(2),
      ],
      [
        "Evaluate over REST / trivial RPC over REST",
        (find("Evaluate, REST") / find("trivial RPC, REST")).toFixed(2),
      ],
      [
        "p99 at half load over gRPC, median of the rounds, ms (trivial RPC at the same rate)",
        `${medianMs(latencies.half)} (${medianMs(latencies.trivialHalf)})`,
      ],
      [
        "single call when idle over REST, p50 ms (bare INSERT)",
        `${medianMs(latencies.single)} (${medianMs(latencies.singleInsert)})`,
      ],
      [
        "beside 100 evaluations under full load: sends, verifies, completions",
        [1, 2, 1].map((each) => ((100 * each * logins) / evaluated).toFixed(1)).join(", "),
      ],
      ["send under full load, p50 (p99) ms", took(({ sendMs }) => sendMs)],
      ["verify under full load, p50 (p99) ms", took(({ verifyMs }) => verifyMs)],
      ["commits per call under full load", median(commitsPerCall).toFixed(2)],
      ["bytes stored per evaluation, besides metadata", bytesEach.toFixed(0)],
      ["memory of the server, MB", usage(serverPid).megabytes.toFixed(0)],
      ...(afterMinute.length === 0
        ? []
        : [
            [
              `memory under ${soak} s of full load: after the first minute, most since, at the end, MB`,
              [afterMinute[0], Math.max(...afterMinute), afterMinute.at(-1)]
                .map((mb) => mb?.toFixed(0))
                .join(", "),
            ] as const,
          ]),
    ];
    process.stdout.write(`\n${rowTable(rows)}\n\n${table(["", "measured"], facts)}\n`);
    const failed = rows.reduce((sum, row) => sum + row.failed, 0);
    if (failed > 0) note(`${failed} calls failed`);
    if (out !== undefined) {
      await mkdir(out, { recursive: true });
      await writeFile(
        join(out, "load.json"),
        `${JSON.stringify({ rows, facts: Object.fromEntries(facts) }, null, 2)}\n`,
      );
      await writeFile(
        join(out, "load.svg"),
        rowPicture(rows, "Calls per second, client, server and database on two cores"),
      );
    }
  } finally {
    await sql.end({ timeout: 1 });
    await yardsticks.end();
    await challenged.end();
    await service.end();
  }
}

if (process.argv.includes("--help")) process.stdout.write(`${help}\n`);
else if (process.argv[2] === "--challenged") await serveChallenged();
else if (process.argv[2] === "--yardstick") await serveYardsticks(process.argv[3] ?? "");
else await bench();
