import { type Channel, type Described, isObject, type Json, readDescribed } from "./described.js";
import { keepProof, readProof, type Ticket } from "./token.js";
import type { PageLanguage } from "./wordings.js";

/** Why a call failed, as far as the page tells failures apart. */
export interface Failure {
  /** The word of `error_reason.proto`, or `unreachable` when no answer of the server came. */
  readonly reason: string;
  /** After how many seconds it may be tried again, where the server said so. */
  readonly retryAfterSeconds: number | undefined;
}

/** The three calls that a client token may make, over REST. They throw what `failureOf` reads. */
export interface Api {
  /** Its `returnUrl` holds the proof, once the right code was entered in this tab. */
  describe(): Promise<Described>;
  /** Resolves when the provider has taken the message. */
  send(channel: Channel | undefined): Promise<void>;
  /** Whether the code was right. */
  verify(code: string): Promise<boolean>;
}

class CallError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.reason);
  }
}

/** Providers may take long to accept a message. */
const timeoutMs = 30_000;

/** Nothing else that answers in the server's place, such as a proxy whose server is away, is taken for its word. */
const unreachable = () => new CallError({ reason: "unreachable", retryAfterSeconds: undefined });

async function answerOf(response: Response): Promise<Json> {
  const answer: unknown = await response.json();
  if (!isObject(answer)) throw unreachable();
  if (response.ok) return answer;
  if (typeof answer.reason !== "string") throw unreachable();
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new CallError({
    reason: answer.reason,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}

/** Opens the API for one challenge. */
export function openApi({ challengeId, token, baseUrl }: Ticket, language: PageLanguage): Api {
  const call = async (verb: string, body?: Json): Promise<Json> => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const response = await fetch(`${baseUrl}/v2/challenges/${encodeURIComponent(challengeId)}/${verb}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: abort.signal,
      });
      return await answerOf(response);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    async describe() {
      const described = readDescribed(await call("describe"));
      const proof = readProof(challengeId);
      return described.returnUrl === undefined || proof === undefined
        ? described
        : { ...described, returnUrl: `${described.returnUrl}&proof=${proof}` };
    },
    async send(channel) {
      await call("send", { channel, language });
    },
    async verify(code) {
      const { success, proof } = await call("verify", { code });
      if (typeof proof === "string") keepProof(challengeId, proof);
      return success === true;
    },
  };
}

/** Reads what a call threw. */
export function failureOf(error: unknown): Failure {
  return (error instanceof CallError ? error : unreachable()).failure;
}
