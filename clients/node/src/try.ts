import { type ErrorCode, type FieldViolation, RuptError } from "./error.js";

/** One REST call. */
export interface Call {
  readonly verb: "GET" | "POST";
  /** With its query; everything in it is escaped already. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /**
   * When the call may be repeated: `always`, as the second time changes nothing; or `unhandled`, only when it is sure that the server
   * did nothing the first time.
   */
  readonly repeat: "always" | "unhandled";
}

/** Where to send calls. */
export interface Target {
  readonly baseUrl: string;
  readonly secret: string;
  readonly fetch: typeof globalThis.fetch;
}

/** Kinds of failure that may pass by themselves. */
const transient: ReadonlySet<ErrorCode> = new Set(["unavailable", "deadline_exceeded", "aborted"]);

/** The server's reasons which say that it did nothing. */
const unhandledReasons: ReadonlySet<string> = new Set(["shutting_down", "conflict", "delivery_failed"]);

/** System errors by which nothing can have been sent. */
const unsentCodes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
]);

/** What answers in the server's stead says by its status alone. */
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: "invalid_argument",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  408: "deadline_exceeded",
  409: "aborted",
  413: "resource_exhausted",
  429: "resource_exhausted",
  500: "internal",
  501: "unimplemented",
  502: "unavailable",
  503: "unavailable",
  504: "deadline_exceeded",
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function detailsOf(value: unknown): readonly FieldViolation[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) =>
    isObject(entry) && typeof entry.field === "string" && typeof entry.description === "string"
      ? [{ field: entry.field, description: entry.description }]
      : [],
  );
}

/** Whole seconds; HTTP's other form, a date, is not what Rupt sends. */
function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get("retry-after");
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

const isCode = (word: unknown): word is ErrorCode =>
  typeof word === "string" &&
  Object.values<string>(codeOfStatus).concat("already_exists", "failed_precondition").includes(word);

/** The error that a refusing answer states. */
function refusal(
  call: Call,
  response: Response,
  body: Readonly<Record<string, unknown>> | undefined,
): RuptError {
  const retryAfterSeconds = retryAfterOf(response.headers);
  const requestId = response.headers.get("x-request-id") ?? undefined;
  if (body === undefined || !isCode(body.code) || typeof body.reason !== "string") {
    const code = codeOfStatus[response.status] ?? (response.status >= 500 ? "unavailable" : "unknown");
    return new RuptError({
      code,
      reason: "unexpected_answer",
      message: `HTTP ${response.status} with a body that is not Rupt's: is baseUrl right, is a proxy in between?`,
      requestId,
      retryAfterSeconds,
      retryable: transient.has(code) && call.repeat === "always",
    });
  }
  const { code, reason } = body;
  // Sends that are used up come back with a new challenge only, not by waiting.
  const waits =
    code === "resource_exhausted" && retryAfterSeconds !== undefined && reason !== "sends_exhausted";
  return new RuptError({
    code,
    reason,
    message: typeof body.message === "string" ? body.message : reason,
    requestId: typeof body.request_id === "string" ? body.request_id : requestId,
    retryAfterSeconds,
    retryable: waits || (transient.has(code) && (call.repeat === "always" || unhandledReasons.has(reason))),
    details: detailsOf(body.details),
  });
}

/** The error of a call that got no answer. */
function silence(
  call: Call,
  thrown: unknown,
  timeout: AbortSignal,
  caller: AbortSignal | undefined,
): RuptError {
  if (caller?.aborted)
    return new RuptError({
      code: "canceled",
      reason: "aborted",
      message: "The call was aborted.",
      cause: caller.reason,
    });
  if (timeout.aborted)
    return new RuptError({
      code: "deadline_exceeded",
      reason: "timed_out",
      message: "Rupt did not answer in time.",
      retryable: call.repeat === "always",
      cause: thrown,
    });
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const code = isObject(cause) ? cause.code : undefined;
  return new RuptError({
    code: "unavailable",
    reason: "unreachable",
    message: `Rupt cannot be reached${typeof code === "string" ? ` (${code})` : ""}.`,
    retryable: call.repeat === "always" || unsentCodes.has(code),
    cause: thrown,
  });
}

/** Makes a call once, for at most `timeoutMs`. Answers the parsed body of a 200. @throws RuptError */
export async function tryOnce(
  { baseUrl, secret, fetch }: Target,
  call: Call,
  timeoutMs: number,
  caller: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${baseUrl}${call.path}`, {
      method: call.verb,
      headers: {
        authorization: `Bearer ${secret}`,
        accept: "application/json",
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        ...(call.idempotencyKey === undefined ? {} : { "idempotency-key": call.idempotencyKey }),
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      // The secret goes to baseUrl and nowhere else.
      redirect: "manual",
      signal: caller === undefined ? timeout : AbortSignal.any([timeout, caller]),
    });
    text = await response.text();
  } catch (thrown) {
    throw silence(call, thrown, timeout, caller);
  }
  const body = parsed(text);
  if (response.status === 200 && body !== undefined) return body;
  if (response.status === 200 || (response.status >= 300 && response.status < 400))
    throw new RuptError({
      code: "unknown",
      reason: "unexpected_answer",
      message: `HTTP ${response.status} and no JSON object: is baseUrl right, is a proxy in between?`,
      requestId: response.headers.get("x-request-id") ?? undefined,
    });
  throw refusal(call, response, body);
}
