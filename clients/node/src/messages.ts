import type { RuptError } from "./error.js";
import type { OnUnavailable } from "./options.js";
import type {
  ChallengeStatus,
  Channel,
  DeliveryStatus,
  Direction,
  Language,
  Outcome,
  Reason,
  Verdict,
} from "./words.js";

/** One attempt to judge. */
export interface EvaluateRequest {
  /** `login`, `signup`, or a word of your own: `[a-z][a-z0-9_.-]*`, at most 64 characters. */
  readonly action: "login" | "signup" | (string & {});
  /** Your own id of the account holder, at most 256 characters. Needed unless `action` is `signup` and `email` is given. */
  readonly user?: string | undefined;
  /** What `getHash` of the browser SDK made. Without it the device cannot be recognised. */
  readonly fingerprint?: string | readonly (string | null | true)[] | undefined;
  /** The former hash, for callers that send it apart. */
  readonly last_fingerprint?: string | undefined;
  /** The end user's IPv4 or IPv6 address as your server saw it. Never your proxy's. */
  readonly ip?: string | undefined;
  /** The user's e-mail address, where a code may go. */
  readonly email?: string | undefined;
  /** The user's phone number, where a code may go. */
  readonly phone?: string | undefined;
  /** Your own data, at most 8 KiB as JSON: stored, echoed, usable in policies. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** The browser's User-Agent header. */
  readonly user_agent?: string | undefined;
  /** Whether the password was right; default `succeeded`. */
  readonly outcome?: Outcome | undefined;
  /** The `device_token` of an earlier answer, which you keep in an HttpOnly cookie. */
  readonly device_token?: string | undefined;
  /** When it happened, RFC 3339; only where the project's setting `accept_event_time` is on. */
  readonly occurred_at?: string | Date | undefined;
}

/** What your server knows of an attempt that a browser has handed in, once the password is checked. */
export interface ConsumeEvaluationRequest
  extends Pick<EvaluateRequest, "user" | "email" | "phone" | "ip" | "metadata" | "outcome" | "device_token"> {
  /** The `evaluationId` that the browser passed on. */
  readonly evaluation: string;
  /** What it must be an attempt of: the browser could have said anything. Default: whatever it said. */
  readonly action?: EvaluateRequest["action"] | undefined;
}

/** One reason with its weight and evidence. For operators: of it all, `user_message` alone is for the account holder, once signed in. */
export interface Signal {
  readonly reason: Reason | (string & {});
  readonly direction: Direction;
  /** Log-odds, natural logarithm; 0 when neutral, negative for trust. */
  readonly weight: number;
  /** What it rests on; the keys depend on the reason. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** The reason in one English sentence for an operator. */
  readonly message: string;
  /** The same for the account holder, without any detail that would help an attacker. */
  readonly user_message?: string;
}

interface Judgement {
  /** What the verdict rests on, strongest first. */
  readonly reasons: readonly (Reason | (string & {}))[];
  /** Id of the recognised device; absent when no fingerprint came. */
  readonly fingerprint_id?: string;
  /** The request's metadata. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Id of the stored evaluation. */
  readonly evaluation_id: string;
  /** 0 (safe) to 1 (attack). */
  readonly score: number;
  /** 0 to 1: that it is that device. */
  readonly confidence?: number;
  /** Everything that was noticed, for and against. */
  readonly signals: readonly Signal[];
  /** What to withhold, in the words of your policy; only with `restrict` and `challenge_and_restrict`. */
  readonly restrictions?: readonly string[];
  /** Keep it in an HttpOnly cookie and send it with the next evaluation. */
  readonly device_token?: string;
  /** Only where `onUnavailable` answered in place of the service. */
  readonly unavailable?: undefined;
}

/** The judgement: with a challenge, or without one. */
export type EvaluateResponse =
  | (Judgement & {
      readonly verdict: Extract<Verdict, "challenge" | "challenge_and_restrict">;
      /** The challenge to send, verify and complete. */
      readonly challenge_id: string;
      /** Lets a browser send and verify this one challenge, nothing else. */
      readonly client_token: string;
      /** The hosted page on which the user passes the challenge, where the server has one. It holds the client token: for this user only. */
      readonly challenge_url?: string;
    })
  | (Judgement & {
      readonly verdict: Exclude<Verdict, "challenge" | "challenge_and_restrict">;
      readonly challenge_id?: undefined;
      readonly client_token?: undefined;
      readonly challenge_url?: undefined;
    });

/** What `evaluate` answers by the option `onUnavailable` when the service cannot be reached; nothing was judged. */
export type UnavailableResponse<U extends OnUnavailable> = U extends "throw"
  ? never
  : {
      readonly verdict: U;
      readonly reasons: readonly [];
      readonly signals: readonly [];
      readonly challenge_id?: undefined;
      readonly client_token?: undefined;
      readonly challenge_url?: undefined;
      readonly restrictions?: undefined;
      readonly fingerprint_id?: undefined;
      readonly evaluation_id?: undefined;
      readonly device_token?: undefined;
      readonly score?: undefined;
      readonly confidence?: undefined;
      readonly metadata?: undefined;
      /** Why the service could not be reached. */
      readonly unavailable: RuptError;
    };

/** Asks for a code. */
export interface SendChallengeCodeRequest {
  /** Id of the challenge. */
  readonly challenge: string;
  /** Default: e-mail if an address is known, else SMS. */
  readonly channel?: Channel | undefined;
  /** Default: the project's own. */
  readonly language?: Language | undefined;
}

/** A code is on its way. */
export interface SendChallengeCodeResponse {
  readonly success: true;
  readonly challenge_id: string;
  readonly channel: Channel;
  /** Where it went, masked: `ab*****@x.dev`, `******34`. */
  readonly destination: string;
  /** Until when the code can be used, RFC 3339. */
  readonly expires_at: string;
  /** After how many seconds another code may be asked for. */
  readonly resend_after_seconds: number;
}

/** Brings a code. */
export interface VerifyChallengeCodeRequest {
  /** Id of the challenge. */
  readonly challenge: string;
  /** What the user typed: 6 digits. */
  readonly code: string;
}

/** Whether the code was right. */
export interface VerifyChallengeCodeResponse {
  /** True once: for the first right code. */
  readonly success: boolean;
  readonly status: ChallengeStatus;
  readonly attempts_remaining: number;
  /** For browsers with a client token; never to this SDK. */
  readonly proof?: string;
}

/** Completes a challenge that was passed in a browser. */
export interface CompleteChallengeRequest {
  /** Id of the challenge: that of the login which this very browser has begun, whatever the browser says. */
  readonly challenge: string;
  /** What the browser brought back: `proof` in the address of the success page, or in the answer of its own verification. */
  readonly proof?: string | undefined;
}

/** Device and place are trusted. */
export interface CompleteChallengeResponse {
  readonly success: true;
  /** Only where a proof was brought. True once: for the call that completed the challenge; a repeat must not start a session. */
  readonly first?: boolean;
}

/** One step-up request. */
export interface Challenge {
  readonly challenge_id: string;
  readonly status: ChallengeStatus;
  /** Absent for a signup without one. */
  readonly user?: string;
  /** Masked. */
  readonly email?: string;
  /** Masked. */
  readonly phone?: string;
  /** How the last code travelled. */
  readonly channel?: Channel;
  readonly reasons: readonly (Reason | (string & {}))[];
  readonly attempts_remaining: number;
  readonly sends_remaining: number;
  /** RFC 3339, as all instants. */
  readonly created_at: string;
  readonly expires_at: string;
  readonly verified_at?: string;
  readonly completed_at?: string;
  readonly evaluation_id: string;
  /** What became of the last code; from `getChallenge` only, absent before the first. */
  readonly delivery?: Delivery;
}

/** The last sending of a code. */
export interface Delivery {
  readonly channel: Channel;
  readonly status: DeliveryStatus;
  /** Who took it: kind and host of the provider. */
  readonly provider?: string;
  /** The provider's own code for what went wrong. */
  readonly error_code?: string;
  readonly updated_at: string;
}

/** Which challenges to list. */
export interface GetChallengesRequest {
  /** From 1; default 1. */
  readonly page?: number | undefined;
  /** 1 to 100; default 20. */
  readonly limit?: number | undefined;
}

/** One page of challenges, newest first. */
export interface GetChallengesResponse {
  readonly data: readonly Challenge[];
  /** How many there are in all. */
  readonly total: number;
}
