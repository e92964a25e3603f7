import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../server/log.js";
import { maintain, startMaintenance } from "../../server/service/maintenance.js";
import { postgresMaintenanceStore } from "../../server/store/postgres/postgres-maintenance-store.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function partitions(): Promise<string[]> {
  const rows = await server.foundation.sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'evaluations'::regclass order by 1`;
  return rows.map((row) => row.name);
}

const round = () =>
  maintain({
    clock: server.clock,
    store: postgresMaintenanceStore(server.foundation.sql),
    log: silentLog,
    retentionDays: 30,
  });

const evaluate = async () =>
  (await server.post("/v2/evaluate", { action: "login", user: "u", fingerprint: "f", ip: "8.8.8.8" })).body
    .evaluation_id;

describe("maintenance", () => {
  test("makes partitions ahead, once, also when servers do so at the same time", async () => {
    await Promise.all([round(), round(), round()]);
    const made = await partitions();
    expect(made).toEqual([
      "evaluations_20260302",
      "evaluations_20260309",
      "evaluations_20260316",
      "evaluations_20260323",
      "evaluations_20260330",
      "evaluations_default",
    ]);
    await round();
    expect(await partitions()).toEqual(made);
  });

  test("an evaluation lies in the partition of its week, and goes with it after the retention", async () => {
    const early = await evaluate();
    server.clock.advance({ days: 7 });
    const late = await evaluate();
    const [row] = await server.foundation
      .sql`select tableoid::regclass::text as name from evaluations where evaluation_id = ${early}`;
    expect(row?.name).toBe("evaluations_20260302");

    server.clock.advance({ days: 30 });
    await round();
    expect(await partitions()).not.toContain("evaluations_20260302");
    expect((await server.get(`/v2/evaluations/${early}`)).status).toBe(404);
    expect((await server.get(`/v2/evaluations/${late}`)).status).toBe(200);
  });

  test("old challenges and expired idempotency keys are removed", async () => {
    await server.post(
      "/v2/evaluate",
      { action: "login", user: "u", fingerprint: "g", ip: "1.1.1.1" },
      { "idempotency-key": "k" },
    );
    const { sql } = server.foundation;
    const counts = async () => {
      const [row] = await sql<{ challenges: number; keys: number }[]>`
        select (select count(*) from challenges) as challenges, (select count(*) from idempotency_keys) as keys`;
      return row;
    };
    expect(await counts()).toEqual({ challenges: 1, keys: 1 });
    server.clock.advance({ days: 2 });
    await round();
    expect(await counts()).toEqual({ challenges: 1, keys: 0 });
    server.clock.advance({ days: 30 });
    await round();
    expect(await counts()).toEqual({ challenges: 0, keys: 0 });
  });

  test("while a backup reads all tables, no partition is made, and all else is done", async () => {
    await server.post(
      "/v2/evaluate",
      { action: "login", user: "u", fingerprint: "g", ip: "1.1.1.1" },
      { "idempotency-key": "backup" },
    );
    const { sql } = server.foundation;
    server.clock.advance({ days: 8 });
    const before = await partitions();
    await sql.begin(async (backup) => {
      await backup`lock table evaluations in access share mode`;
      await expect(round()).rejects.toMatchObject({ code: "55P03" });
    });
    expect(await partitions()).toEqual(before);
    expect(await sql`select from idempotency_keys`).toHaveLength(0);
    await round();
    expect((await partitions()).length).toBeGreaterThan(before.length);
  });

  test("a first round that fails does not keep a server from starting", async () => {
    const failed = vi.fn();
    const broken = async () => Promise.reject(new Error("locked"));
    const store = { makePartitions: broken, dropPartitions: broken, removeOld: async () => 0 };
    const kept = await startMaintenance({
      clock: server.clock,
      store,
      log: { ...silentLog, error: failed },
      retentionDays: 30,
    });
    kept.stop();
    expect(failed).toHaveBeenCalledOnce();
  });

  test("what no partition takes is kept all the same, and goes after the retention", async () => {
    server.clock.advance({ days: 400 });
    const id = await evaluate();
    expect((await server.get(`/v2/evaluations/${id}`)).status).toBe(200);

    // Its week can no longer have a partition; the weeks after it can.
    const before = await partitions();
    await round();
    expect((await partitions()).filter((name) => !before.includes(name)).length).toBeGreaterThanOrEqual(4);
    expect((await server.get(`/v2/evaluations/${id}`)).status).toBe(200);

    server.clock.advance({ days: 38 });
    await round();
    expect((await server.get(`/v2/evaluations/${id}`)).status).toBe(404);
  });
});
