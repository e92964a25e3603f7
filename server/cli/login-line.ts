import { AppError } from "../errors.js";
import { parseAttempt } from "../rpc/evaluation.js";
import type { PastLogin } from "../service/import-logins.js";
import { readEvaluateBody } from "../transport/rest/evaluate-body.js";

/** What a line of a file of logins is. */
export type LoginLine =
  | { readonly is: "login"; readonly login: PastLogin }
  /** A failed attempt, which teaches nothing. */
  | { readonly is: "failed" }
  | { readonly is: "blank" }
  /** No login; `why` names fields, never what is in them. */
  | { readonly is: "bad"; readonly why: string };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Longest line in bytes: as long as the body of a call. */
export const longestLine = 64 * 1024;
/** How far other clocks may run before ours. */
const aheadMs = 60_000;

const bad = (why: string): LoginLine => ({ is: "bad", why });

/**
 * Reads a line: one JSON object with the fields that `POST /v2/devices/evaluate` takes and within the same limits. `user` and `occurred_at` are
 * required, `action` is `login` where it is absent.
 */
export function readLoginLine(bytes: Uint8Array, now: number): LoginLine {
  if (bytes.length > longestLine) return bad(`is longer than ${longestLine / 1024} KiB`);
  let object: unknown;
  try {
    const text = utf8.decode(bytes).trim();
    if (text === "") return { is: "blank" };
    object = JSON.parse(text);
  } catch (error) {
    return bad(error instanceof SyntaxError ? "is not JSON" : "is not UTF-8");
  }
  if (typeof object !== "object" || object === null || Array.isArray(object)) return bad("is not an object");
  try {
    const attempt = parseAttempt(readEvaluateBody({ action: "login", ...object }), {
      idempotencyKey: undefined,
      deadlineAt: undefined,
    });
    const { user, occurredAt } = attempt;
    if (user === undefined) return bad("user: is required");
    if (occurredAt === undefined) return bad("occurred_at: is required");
    if (occurredAt < 0 || occurredAt > now + aheadMs)
      return bad("occurred_at: must lie between 1970 and now");
    if (attempt.outcome === "failed") return { is: "failed" };
    return { is: "login", login: { ...attempt, user, occurredAt } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return bad(error.violations.map(({ field, description }) => `${field}: ${description}`).join("; "));
  }
}
