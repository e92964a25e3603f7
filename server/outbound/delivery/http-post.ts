import { DeliveryError } from "./delivery.js";

/** Codes of faults that happen before anything of a request has left. */
const beforeSending = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Longest answer that is read, in characters. */
const longestAnswer = 16_384;

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError) return codeOf(cause.errors[0]);
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "fault";
}

async function readAnswer(response: Response): Promise<string> {
  try {
    return (await response.text()).slice(0, longestAnswer);
  } catch {
    // The status said that the message was taken; what came after it does not change that.
    return "";
  }
}

/**
 * POSTs to a provider and answers what it said, cut to 16 KiB. Redirects are not followed: only the configured address is ever called. Rejects with a
 * DeliveryError: 5xx may be tried again, other statuses may not; silence after the request was sent leaves it unknown whether it was taken.
 */
export async function httpPost(
  url: string,
  init: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  timeoutMs: number,
): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { ...init.headers },
      body: init.body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    if (timedOut) throw new DeliveryError(`no answer within ${timeoutMs} ms`, "unknown", true);
    const code = codeOf(error);
    throw new DeliveryError(code, beforeSending.has(code) ? "refused" : "unknown", true);
  }
  const text = await readAnswer(response);
  if (response.ok) return text;
  throw new DeliveryError(`status ${response.status}`, "refused", response.status >= 500);
}
