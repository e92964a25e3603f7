import type postgres from "postgres";
import type { Instant } from "../../clock.js";
import type { MaintenanceStore } from "../maintenance-store.js";
import type { Database } from "./database.js";
import { guarded, isCheckViolation } from "./faults.js";

const weekMs = 7 * 86_400_000;
/** A Monday, 00:00 UTC; partitions begin at whole weeks after it. */
const firstMonday = Date.UTC(2020, 0, 6);

/** The smallest UUID of version 7 that can be made at an instant, as the bound of a partition. */
function idBound(at: Instant): string {
  const hex = at.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const startOfWeek = (at: Instant): Instant => firstMonday + Math.floor((at - firstMonday) / weekMs) * weekMs;
const partitionName = (start: Instant): string =>
  `evaluations_${new Date(start).toISOString().slice(0, 10).replaceAll("-", "")}`;

/** The start of the week that a partition holds; undefined for a table that is none of ours. */
function startOfPartition(name: string): Instant | undefined {
  const [, year, month, day] = /^evaluations_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day));
}

/** One week of evaluations. */
interface Partition {
  readonly name: string;
  readonly start: Instant;
}

/** Partitions and removal in PostgreSQL. */
export function postgresMaintenanceStore(sql: Database): MaintenanceStore {
  /** Changes the partitions, one server at a time. Gives up rather than let evaluations wait behind it. */
  const change = (
    alter: (transaction: postgres.TransactionSql, present: readonly Partition[]) => Promise<number>,
  ) =>
    guarded(() =>
      sql.begin(async (transaction) => {
        await transaction`set local lock_timeout = '2s'`;
        await transaction`lock table evaluations in share update exclusive mode`;
        const rows = await transaction<{ name: string }[]>`
          select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'evaluations'::regclass`;
        const present = rows.flatMap(({ name }) => {
          const start = startOfPartition(name);
          return start === undefined ? [] : [{ name, start }];
        });
        return alter(transaction, present);
      }),
    ) as Promise<number>;

  return {
    makePartitions: (from, until) =>
      change(async (transaction, present) => {
        const names = new Set(present.map(({ name }) => name));
        let made = 0;
        for (let start = startOfWeek(from); start < until; start += weekMs) {
          const name = partitionName(start);
          if (names.has(name)) continue;
          try {
            await transaction.savepoint(async (step) => {
              // Names and bounds come from the clock alone.
              await step.unsafe(
                `create table ${name} partition of evaluations for values from ('${idBound(start)}') to ('${idBound(start + weekMs)}')`,
              );
            });
            made += 1;
          } catch (error) {
            // Evaluations of that week lie in the partition for all the rest already, and stay there; the other weeks shall have theirs.
            if (!isCheckViolation(error)) throw error;
          }
        }
        return made;
      }),

    dropPartitions: (before) =>
      change(async (transaction, present) => {
        const old = present.filter(({ start }) => start + weekMs <= before);
        for (const { name } of old) await transaction.unsafe(`drop table ${name}`);
        return old.length;
      }),

    removeOld: (challengesBefore, now, limit) =>
      guarded(async () => {
        const [row] = await sql<{ removed: number }[]>`
          with old_challenges as (
            delete from challenges where (project_id, challenge_id) in (
              select project_id, challenge_id from challenges where created_at < ${challengesBefore} order by created_at limit ${limit})
            returning 1),
          old_keys as (
            delete from idempotency_keys where (project_id, key_hash) in (
              select project_id, key_hash from idempotency_keys where expires_at < ${now} order by expires_at limit ${limit})
            returning 1),
          old_deliveries as (
            delete from deliveries where (project_id, challenge_id, delivery_id) in (
              select project_id, challenge_id, delivery_id from deliveries where created_at < ${challengesBefore}
              order by created_at limit ${limit})
            returning 1),
          old_budgets as (
            delete from message_budgets where (project_id, budget_key, window_seconds, window_at) in (
              select project_id, budget_key, window_seconds, window_at from message_budgets
              where window_at < ${now}::timestamptz - interval '3 days' order by window_at limit ${limit})
            returning 1),
          old_feedback as (
            delete from feedback where (project_id, evaluation_id) in (
              select project_id, evaluation_id from feedback where reported_at < ${challengesBefore} order by reported_at limit ${limit})
            returning 1),
          old_strays as (
            delete from evaluations_default where (project_id, evaluation_id) in (
              select project_id, evaluation_id from evaluations_default where evaluation_id < ${idBound(challengesBefore)}::uuid limit ${limit})
            returning 1),
          old_counters as (
            delete from counters where (project_id, counter_key) in (
              select project_id, counter_key from counters where expires_at < ${now} order by expires_at limit ${limit})
            returning 1)
          select (select count(*) from old_challenges) + (select count(*) from old_keys) + (select count(*) from old_deliveries)
            + (select count(*) from old_budgets) + (select count(*) from old_counters) + (select count(*) from old_feedback) + (select count(*) from old_strays) as removed`;
        return row?.removed ?? 0;
      }),
  };
}
