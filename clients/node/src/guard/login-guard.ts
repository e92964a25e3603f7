import { createHmac } from "node:crypto";
import { invalidUse, RuptError } from "../error.js";
import type { OnUnavailable } from "../options.js";
import type { Rupt } from "../rupt.js";
import type { Channel, Language } from "../words.js";
import { failureAnswer, type GuardAnswer, sentAnswer, wrongCodeAnswer } from "./answers.js";
import {
  consumptionOf,
  evaluationOf,
  type LoginAttempt,
  type Surroundings,
  type WrongPassword,
} from "./attempt.js";
import { clientAddress } from "./client-address.js";
import { createCookie } from "./cookie.js";
import { createPendingLogins, type PendingLogin } from "./pending-login.js";

/** One request and its answer, as a framework gives them. */
export interface Exchange {
  header(name: string): string | undefined;
  /** Of the connection itself. */
  readonly remoteAddress: string | undefined;
  /** Parsed JSON. */
  readonly body: unknown;
  /** Adds a Set-Cookie header. */
  setCookie(text: string): void;
}

/** A login that may become a session now. */
export interface Login {
  /** Your own id of the account holder, as you gave it to `login`. Load the account anew: it may have been closed meanwhile. */
  readonly user: string;
  /** Withhold something: what `restrictions` names, or what you withhold from a doubtful login. */
  readonly restricted: boolean;
  /** What your policy says to withhold, in its own words; empty unless `restricted`. */
  readonly restrictions: readonly string[];
  /** Whether a code was asked for, and given, for this very login. */
  readonly challenged: boolean;
  /** True when Rupt could not be reached and `onUnavailable` is `allow`: nothing but the password was checked. */
  readonly unchecked: boolean;
  /** The stored evaluation; undefined when `unchecked`. */
  readonly evaluation_id: string | undefined;
}

/** How logins are guarded. */
export interface GuardOptions {
  /** The SDK; its `onUnavailable` holds here, too. */
  readonly rupt: Pick<
    Rupt<OnUnavailable>,
    | "evaluate"
    | "consumeEvaluation"
    | "getChallenge"
    | "sendChallengeCode"
    | "verifyChallengeCode"
    | "completeChallenge"
  >;
  /** Seals the pending login in its cookie: 32 characters or more, the same on all your servers. To change it, put the new one first. */
  readonly cookieSecret: string | readonly string[];
  /** Addresses and ranges of your own reverse proxies; default none, so that `X-Forwarded-For` is not believed. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** False only for http:// during development; default true. */
  readonly secureCookies?: boolean | undefined;
  /**
   * Name of the cookie that keeps the `device_token`, by which Rupt knows the device again even when its fingerprint has changed; default
   * `rupt_device`. `false`: no such cookie.
   */
  readonly deviceCookie?: string | false | undefined;
  /**
   * Whether the browser is told the address of Rupt's own challenge page, where the server has one (`PUBLIC_URL`); default false. The project's
   * `success_url` must be a page of yours that POSTs `challenge_id` and `proof` from its address to `…/passed`.
   */
  readonly hostedPage?: boolean | undefined;
  /** Told of failures that the browser learns nothing of. Holds no secret, contact or fingerprint. */
  readonly onError?: ((error: RuptError) => void) | undefined;
}

/** What one request comes to: an answer, and the session to start before it is given. */
export interface Outcome {
  readonly answer: GuardAnswer;
  readonly login?: Login;
}

/** The rules of a guarded login, apart from any framework. */
export interface LoginGuard {
  login(exchange: Exchange, attempt: LoginAttempt, address?: string): Promise<Outcome>;
  wrongPassword(exchange: Exchange, attempt: WrongPassword, address?: string): Promise<Outcome>;
  send(exchange: Exchange): Promise<Outcome>;
  verify(exchange: Exchange): Promise<Outcome>;
  passed(exchange: Exchange): Promise<Outcome>;
}

/** The steps after the password, each with a route of its name. */
export const steps = ["send", "verify", "passed"] as const satisfies readonly (keyof LoginGuard)[];

const refused: Outcome = { answer: { status: "refused" } };
const ended: Outcome = { answer: { status: "ended" } };
/** The longest that browsers keep a cookie. */
const deviceCookieSeconds = 400 * 86_400;

/** The session that a passed challenge comes to. */
function signedIn({ user, restricted, restrictions, evaluationId }: PendingLogin): Outcome {
  return {
    answer: { status: "signed_in", restricted },
    login: {
      user,
      restricted,
      restrictions,
      challenged: true,
      unchecked: false,
      evaluation_id: evaluationId,
    },
  };
}

/** A page of another site sent it. Browsers say so themselves; what says nothing is no browser that could be tricked. */
function isCrossSite(exchange: Exchange): boolean {
  return exchange.header("sec-fetch-site") === "cross-site";
}

function bodyOf(exchange: Exchange): Readonly<Record<string, unknown>> {
  const { body } = exchange;
  return typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
}

/**
 * Makes the guard. It alone decides when a session starts: the verdict is read here, and a code counts only for the challenge in the sealed
 * cookie, which only this guard writes, for the user whose password was right.
 */
export function createLoginGuard(options: GuardOptions, now: () => number = Date.now): LoginGuard {
  const { rupt, cookieSecret, secureCookies: secure = true, deviceCookie = "rupt_device" } = options;
  if (deviceCookie !== false && !/^[\w-]+$/.test(deviceCookie))
    throw invalidUse("deviceCookie", "must be letters, digits, _ and -");
  const addressOf = clientAddress(options.trustedProxies ?? []);
  const secrets = typeof cookieSecret === "string" ? [cookieSecret] : cookieSecret;
  const pending = createPendingLogins(secrets, secure, now);
  const device =
    deviceCookie === false
      ? undefined
      : createCookie({ name: deviceCookie, maxAgeSeconds: deviceCookieSeconds, sameSite: "Lax", secure });

  const [firstSecret = ""] = secrets;
  const strangerOf = (name: string) =>
    `unknown-${createHmac("sha256", firstSecret).update(`stranger ${name}`).digest("base64url").slice(0, 22)}`;

  function report(error: unknown): void {
    if (!(error instanceof RuptError)) throw error;
    options.onError?.(error);
  }

  function unlessOver(exchange: Exchange, answer: GuardAnswer): Outcome {
    if (answer.status === "ended") exchange.setCookie(pending.clear());
    return { answer };
  }

  function failed(exchange: Exchange, error: unknown): Outcome {
    report(error);
    return unlessOver(exchange, failureAnswer(error));
  }

  function surroundingsOf(exchange: Exchange, address: string | undefined): Surroundings {
    return {
      ip: address ?? addressOf(exchange.remoteAddress, exchange.header("x-forwarded-for")),
      user_agent: exchange.header("user-agent")?.slice(0, 1024),
      device_token: device?.read(exchange.header("cookie"))?.slice(0, 1024),
    };
  }

  async function judged(exchange: Exchange, attempt: LoginAttempt, address?: string): Promise<Outcome> {
    const surroundings = surroundingsOf(exchange, address);
    const handedIn = consumptionOf(attempt, surroundings);
    const judgement =
      handedIn === undefined
        ? await rupt.evaluate(evaluationOf(attempt, surroundings))
        : await rupt.consumeEvaluation(handedIn);
    const { verdict, unavailable, evaluation_id, device_token, restrictions = [] } = judgement;
    if (unavailable !== undefined) report(unavailable);
    if (device_token !== undefined && device !== undefined) exchange.setCookie(device.write(device_token));
    const { user } = attempt;
    switch (verdict) {
      case "allow":
      case "restrict": {
        const restricted = verdict === "restrict";
        const unchecked = unavailable !== undefined;
        return {
          answer: { status: "signed_in", restricted },
          login: { user, restricted, restrictions, challenged: false, unchecked, evaluation_id },
        };
      }
      case "challenge":
      case "challenge_and_restrict": {
        if (judgement.challenge_id === undefined) return { answer: { status: "unavailable" } };
        exchange.setCookie(
          pending.write({
            user,
            challengeId: judgement.challenge_id,
            evaluationId: judgement.evaluation_id,
            restricted: verdict === "challenge_and_restrict",
            restrictions,
          }),
        );
        const { challenge_url } = judgement;
        const told = options.hostedPage === true && challenge_url !== undefined ? { challenge_url } : {};
        return { answer: { status: "challenge", ...told } };
      }
      case "deny":
        return refused;
      default:
        verdict satisfies never;
        return refused;
    }
  }

  const guard: LoginGuard = {
    async login(exchange, attempt, address) {
      if (isCrossSite(exchange)) return refused;
      // Whatever was pending in this browser is over: replaced by what comes of this, or removed.
      try {
        const outcome = await judged(exchange, attempt, address);
        if (outcome.answer.status !== "challenge") exchange.setCookie(pending.clear());
        return outcome;
      } catch (error) {
        report(error);
        exchange.setCookie(pending.clear());
        // Of what a browser has handed in, the id may be old or somebody else's; all else is not the browser's doing.
        const answer = failureAnswer(error);
        return answer.status === "ended" ? ended : { answer: { status: "unavailable" } };
      }
    },

    async wrongPassword(exchange, attempt, address) {
      const { name, user = name === undefined ? undefined : strangerOf(name) } = attempt;
      if (user === undefined) return refused;
      const surroundings = surroundingsOf(exchange, address);
      const failed = { ...attempt, user };
      const handedIn = consumptionOf(failed, surroundings);
      try {
        // Waited for, so that a refusal takes as long whether the account, the password or the verdict was the reason.
        if (handedIn === undefined)
          await rupt.evaluate({ ...evaluationOf(failed, surroundings), outcome: "failed" });
        else await rupt.consumeEvaluation({ ...handedIn, outcome: "failed" });
      } catch (error) {
        report(error);
        // What was handed in cannot be judged; the failure counts all the same.
        if (handedIn !== undefined && failureAnswer(error).status === "ended")
          return guard.wrongPassword(exchange, { ...failed, evaluation_id: undefined }, address);
      }
      return refused;
    },

    async send(exchange) {
      const login = pending.read(exchange.header("cookie"));
      if (login === undefined || isCrossSite(exchange)) return ended;
      const { channel, language } = bodyOf(exchange);
      try {
        const sent = await rupt.sendChallengeCode({
          challenge: login.challengeId,
          ...(typeof channel === "string" ? { channel: channel as Channel } : {}),
          ...(typeof language === "string" ? { language: language as Language } : {}),
        });
        return { answer: sentAnswer(sent) };
      } catch (error) {
        return failed(exchange, error);
      }
    },

    async verify(exchange) {
      const login = pending.read(exchange.header("cookie"));
      if (login === undefined || isCrossSite(exchange)) return ended;
      const { code } = bodyOf(exchange);
      const digits = typeof code === "string" ? code.replace(/[\s-]/g, "") : "";
      if (!/^\d{6}$/.test(digits)) return { answer: { status: "malformed_code" } };
      const { challengeId } = login;
      try {
        // Of all calls with the right code, one gets `success: true`: that one, and no other, becomes a session.
        const { success, status, attempts_remaining } = await rupt.verifyChallengeCode(challengeId, digits);
        if (!success) return unlessOver(exchange, wrongCodeAnswer(status, attempts_remaining));
        exchange.setCookie(pending.clear());
        await rupt.completeChallenge(challengeId);
      } catch (error) {
        return failed(exchange, error);
      }
      return signedIn(login);
    },

    async passed(exchange) {
      const login = pending.read(exchange.header("cookie"));
      if (login === undefined || isCrossSite(exchange)) return ended;
      const { challengeId, user, evaluationId } = login;
      const { challenge_id, proof } = bodyOf(exchange);
      // Of another login, or somebody's claim: the one that is held goes on waiting.
      if (challenge_id !== challengeId || typeof proof !== "string" || proof === "") return ended;
      try {
        const challenge = await rupt.getChallenge(challengeId);
        if (challenge.status === "created" || challenge.status === "sent")
          return { answer: { status: "challenge" } };
        const isOurs = challenge.user === user && challenge.evaluation_id === evaluationId;
        if (challenge.status !== "verified" || !isOurs) return unlessOver(exchange, ended.answer);
        exchange.setCookie(pending.clear());
        // Of all calls with the right proof, one is the first to complete: that one, and no other, becomes a session.
        const { first } = await rupt.completeChallenge({
          challenge: challengeId,
          proof: proof.slice(0, 256),
        });
        if (first !== true) return ended;
      } catch (error) {
        return failed(exchange, error);
      }
      return signedIn(login);
    },
  };
  return guard;
}
