import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import type { Metadata } from "@grpc/grpc-js";
import { expect } from "vitest";
import { type ErrorInfo, ErrorInfoSchema } from "../../gen/es/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../gen/es/google/rpc/status_pb.js";
import type { Clock } from "../../server/clock.js";
import type { TestServer } from "../server/test-server.js";

/** An answer of any kind that carries a REST error. */
interface ErrorAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Words that give away what a server is made of: a stack, a query, a fault of a library. */
const indiscreet =
  /node_modules|\bat .+:\d+:\d+|\bselect\b|\binsert\b|\bupdate\b.*\bset\b|postgres|syntax error|SyntaxError|TypeError|unexpected token|undefined|\[object/i;

/** Expects a REST error with the shape that is documented, and nothing of the server's inside in it. */
export function expectError(
  { status, body }: ErrorAnswer,
  wanted: number,
  code: string,
  reason: string,
): void {
  const error = typeof body === "string" ? JSON.parse(body) : body;
  expect({ status, code: error.code, reason: error.reason }, JSON.stringify(error)).toEqual({
    status: wanted,
    code,
    reason,
  });
  expect(Object.keys(error).sort()).toEqual(["code", "details", "message", "reason", "request_id"]);
  expect(error.message).toMatch(/^\S.{10,}\.$/s);
  expect(error.request_id).toMatch(/^[A-Za-z0-9._-]{8,64}$/);
  for (const detail of error.details) expect(Object.keys(detail).sort()).toEqual(["description", "field"]);
  expect(JSON.stringify(error)).not.toMatch(indiscreet);
}

/** How a call by Connect was refused. */
export async function refusal(call: Promise<unknown>): Promise<ConnectError> {
  const [outcome] = await Promise.allSettled([call]);
  if (outcome?.status !== "rejected") throw new Error("the call was not refused");
  return ConnectError.from(outcome.reason);
}

/** What is said of the reason in the details of a gRPC error. */
export function errorInfosOf(metadata: Metadata): readonly (ErrorInfo | undefined)[] {
  const [details] = metadata.get("grpc-status-details-bin");
  const status = fromBinary(StatusSchema, details as Buffer);
  return status.details.map((detail) => anyUnpack(detail, ErrorInfoSchema));
}

/** How many rows each table holds: equal before and after means that nothing was recorded. */
export async function rowCounts({ foundation: { sql } }: TestServer<Clock>): Promise<unknown> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`;
  const counts = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await sql<{ n: number }[]>`select count(*) as n from ${sql(name)}`;
      return [name, row?.n];
    }),
  );
  return Object.fromEntries(counts);
}
