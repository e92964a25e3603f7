import { randomUUID } from "node:crypto";
import { makeCall, realTiming } from "./call.js";
import { invalidUse, RuptError } from "./error.js";
import type {
  Challenge,
  CompleteChallengeRequest,
  CompleteChallengeResponse,
  ConsumeEvaluationRequest,
  EvaluateRequest,
  EvaluateResponse,
  GetChallengesRequest,
  GetChallengesResponse,
  SendChallengeCodeRequest,
  SendChallengeCodeResponse,
  UnavailableResponse,
  VerifyChallengeCodeRequest,
  VerifyChallengeCodeResponse,
} from "./messages.js";
import { type OnUnavailable, type RuptOptions, readOptions, type Settings } from "./options.js";
import type { Call } from "./try.js";
import type { Verdict } from "./words.js";

/** What holds for one call. */
export interface CallOptions {
  /** Aborts the call: it throws with reason `aborted`. What the server has done by then stays done. */
  readonly signal?: AbortSignal | undefined;
}

/** What holds for one evaluation. */
export interface EvaluateOptions extends CallOptions {
  /**
   * 1 to 255 visible ASCII characters. Within 24 hours the same key and request give the same evaluation. Default: a fresh one, which the
   * call's own retries share.
   */
  readonly idempotencyKey?: string | undefined;
}

/** What each verdict must bring along; the table is total so that no verdict passes that this SDK does not know. */
const bringsChallenge: Readonly<Record<Verdict, boolean>> = {
  allow: false,
  restrict: false,
  deny: false,
  challenge: true,
  challenge_and_restrict: true,
};

/** The judgement in an answer; a verdict of a later release counts as a challenge where one came with it, else as deny. Undefined: there is none. */
function judgementIn(body: unknown): EvaluateResponse | undefined {
  const { verdict, challenge_id } = body as Readonly<Record<string, unknown>>;
  if (typeof verdict !== "string") return undefined;
  const hasChallenge = typeof challenge_id === "string";
  const known = Object.hasOwn(bringsChallenge, verdict) ? (verdict as Verdict) : undefined;
  if (known !== undefined && bringsChallenge[known] && !hasChallenge) return undefined;
  const counts: Verdict = known ?? (hasChallenge ? "challenge" : "deny");
  return { ...(body as object), verdict: counts } as EvaluateResponse;
}

function jsonOf(request: object): string {
  try {
    return JSON.stringify(request);
  } catch (error) {
    throw invalidUse("request", "must be something that JSON can hold", error);
  }
}

function challengePath(id: unknown, verb: "" | "/send" | "/verify" | "/complete"): string {
  if (typeof id !== "string" || id === "")
    throw invalidUse("challenge", "must be the challenge_id of an evaluation");
  return `/v2/challenges/${encodeURIComponent(id)}${verb}`;
}

/** A request, or the id of its challenge alone; anything else has no id, so that `challengePath` refuses it. */
function requestOf<R extends { readonly challenge: string }>(
  given: string | R,
): { challenge: string } & Partial<R> {
  return (typeof given === "object" && given !== null ? given : { challenge: given }) as {
    challenge: string;
  } & Partial<R>;
}

/** Whether a failure means that no service was there to answer. */
function isUnavailable(error: unknown): error is RuptError {
  return error instanceof RuptError && (error.code === "unavailable" || error.code === "deadline_exceeded");
}

/** Account-takeover protection: asks a Rupt service. Safe to share; make one and keep it. */
export class Rupt<U extends OnUnavailable = "throw"> {
  // Private, so that no log of this object shows the secret.
  readonly #settings: Settings;

  /** @throws RuptError when the secret or an option cannot be. */
  constructor(secret: string, options: RuptOptions<U> = {}) {
    this.#settings = readOptions(secret, options);
  }

  async #call(call: Call, { signal }: CallOptions): Promise<unknown> {
    return makeCall(this.#settings, call, signal, realTiming);
  }

  /** Judges one attempt. When the service cannot be reached, the option `onUnavailable` says what happens. @throws RuptError */
  async evaluate(
    request: EvaluateRequest,
    options: EvaluateOptions = {},
  ): Promise<EvaluateResponse | UnavailableResponse<U>> {
    return this.#judge("/v2/devices/evaluate", request, options);
  }

  /**
   * Judges an attempt that the browser has handed in (`evaluate` of `rupt/evaluate`), once, and answers as `evaluate` does. @throws RuptError,
   * among others with reason `evaluation_consumed`, `evaluation_expired` or `evaluation_mismatch`
   */
  async consumeEvaluation(
    request: ConsumeEvaluationRequest,
    options: EvaluateOptions = {},
  ): Promise<EvaluateResponse | UnavailableResponse<U>> {
    const { evaluation, ...body } = request;
    if (typeof evaluation !== "string" || evaluation === "")
      throw invalidUse("evaluation", "must be the evaluationId that the browser passed on");
    return this.#judge(`/v2/evaluations/${encodeURIComponent(evaluation)}/consume`, body, options);
  }

  async #judge(
    path: string,
    request: object,
    options: EvaluateOptions,
  ): Promise<EvaluateResponse | UnavailableResponse<U>> {
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    let body: unknown;
    try {
      const call: Call = { verb: "POST", path, body: jsonOf(request), idempotencyKey, repeat: "always" };
      body = await this.#call(call, options);
    } catch (error) {
      const { onUnavailable } = this.#settings;
      if (onUnavailable === "throw" || !isUnavailable(error)) throw error;
      return { verdict: onUnavailable, reasons: [], signals: [], unavailable: error } as never;
    }
    const judgement = judgementIn(body);
    if (judgement !== undefined) return judgement;
    throw new RuptError({
      code: "unknown",
      reason: "unexpected_answer",
      message: "The answer holds no verdict: is baseUrl right?",
    });
  }

  /**
   * Sends a fresh code to the user. It voids the code before it. Never repeated once the server may have sent one. @throws RuptError, among
   * others with reason `no_contact`, or `resend_too_soon` and `retryAfterSeconds`
   */
  async sendChallengeCode(
    request: string | SendChallengeCodeRequest,
    options: CallOptions = {},
  ): Promise<SendChallengeCodeResponse> {
    const { challenge, ...body } = requestOf(request);
    const call: Call = {
      verb: "POST",
      path: challengePath(challenge, "/send"),
      body: jsonOf(body),
      repeat: "unhandled",
    };
    return (await this.#call(call, options)) as SendChallengeCodeResponse;
  }

  /**
   * Checks the code that the user typed. A wrong, late or surplus one answers `success: false`. Never repeated once the try may have been
   * counted. @throws RuptError
   */
  async verifyChallengeCode(
    challenge_id: string,
    code: string,
    options?: CallOptions,
  ): Promise<VerifyChallengeCodeResponse>;
  async verifyChallengeCode(
    request: VerifyChallengeCodeRequest,
    options?: CallOptions,
  ): Promise<VerifyChallengeCodeResponse>;
  async verifyChallengeCode(
    first: string | VerifyChallengeCodeRequest,
    second?: string | CallOptions,
    third: CallOptions = {},
  ): Promise<VerifyChallengeCodeResponse> {
    const { challenge, code = second } = requestOf(first);
    if (typeof code !== "string") throw invalidUse("code", "must be the text that the user typed");
    const options = typeof second === "object" ? second : third;
    const call: Call = {
      verb: "POST",
      path: challengePath(challenge, "/verify"),
      body: jsonOf({ code }),
      repeat: "unhandled",
    };
    return (await this.#call(call, options)) as VerifyChallengeCodeResponse;
  }

  /**
   * Makes the device and place of a verified challenge trusted, so that the same reasons do not ask again. Safe to repeat. With the proof of a
   * browser in which the challenge was passed, `first` says whether this call completed it. @throws RuptError
   */
  async completeChallenge(
    request: string | CompleteChallengeRequest,
    options: CallOptions = {},
  ): Promise<CompleteChallengeResponse> {
    const { challenge, proof } = requestOf(request);
    const call: Call = {
      verb: "POST",
      path: challengePath(challenge, "/complete"),
      repeat: "always",
      ...(proof === undefined ? {} : { body: jsonOf({ proof }) }),
    };
    return (await this.#call(call, options)) as CompleteChallengeResponse;
  }

  /** Reads one challenge; contacts are masked. @throws RuptError, with reason `challenge_not_found` for an unknown id */
  async getChallenge(challenge_id: string, options: CallOptions = {}): Promise<Challenge> {
    const call: Call = { verb: "GET", path: challengePath(challenge_id, ""), repeat: "always" };
    return (await this.#call(call, options)) as Challenge;
  }

  /** Lists challenges, newest first; contacts are masked. @throws RuptError */
  async getChallenges(
    request: GetChallengesRequest = {},
    options: CallOptions = {},
  ): Promise<GetChallengesResponse> {
    const query = new URLSearchParams();
    if (request.page !== undefined) query.set("page", String(request.page));
    if (request.limit !== undefined) query.set("limit", String(request.limit));
    const path = query.size === 0 ? "/v2/challenges" : `/v2/challenges?${query}`;
    return (await this.#call({ verb: "GET", path, repeat: "always" }, options)) as GetChallengesResponse;
  }
}
