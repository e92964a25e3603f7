import express, { type Request, type Response, type Router } from "express";
import { type GuardAnswer, httpStatusOf } from "./guard/answers.js";
import type { LoginAttempt, WrongPassword } from "./guard/attempt.js";
import {
  createLoginGuard as createRules,
  type Exchange,
  type GuardOptions,
  type Login,
  type Outcome,
  steps,
} from "./guard/login-guard.js";

export type { GuardAnswer, GuardOptions, Login, LoginAttempt, WrongPassword };

/** How logins are guarded in Express. */
export interface LoginGuardOptions extends GuardOptions {
  /**
   * Starts a session: the only place where your application does. Called once for a login that may pass, before it is answered. Give the
   * session a fresh id. If it answers the request itself, the guard does not.
   */
  readonly startSession: (request: Request, response: Response, login: Login) => void | Promise<void>;
  /** The end user's address, for platforms that tell it in a way of their own. Default: the connection and `trustedProxies`. */
  readonly address?: ((request: Request) => string | undefined) | undefined;
}

/** A guarded login for Express. */
export interface LoginGuard {
  /** Call it when the password was right; it answers the request with a GuardAnswer. The body must be parsed by then. */
  login(request: Request, response: Response, attempt: LoginAttempt): Promise<void>;
  /** Call it when the password was wrong or there is no such account (then with `name` in place of `user`); it answers as a denied login is answered. */
  wrongPassword(request: Request, response: Response, attempt?: WrongPassword): Promise<void>;
  /**
   * `POST /send` (`{"channel","language"}`, both optional), `POST /verify` (`{"code"}`) and `POST /passed` (`{"challenge_id","proof"}`), to be
   * mounted where you like.
   */
  readonly router: Router;
}

function exchangeOf(request: Request, response: Response): Exchange {
  return {
    header: (name) => request.get(name),
    remoteAddress: request.socket.remoteAddress,
    body: request.body,
    setCookie: (text) => response.append("Set-Cookie", text),
  };
}

/** Makes a guarded login. @throws RuptError when an option cannot be. */
export function createLoginGuard({ startSession, address, ...options }: LoginGuardOptions): LoginGuard {
  const rules = createRules(options);

  async function finish(request: Request, response: Response, { answer, login }: Outcome): Promise<void> {
    if (login !== undefined) await startSession(request, response, login);
    if (!response.headersSent)
      response.status(httpStatusOf[answer.status]).set("Cache-Control", "no-store").json(answer);
  }

  const router = express.Router();
  router.use(express.json({ limit: "4kb" }));
  for (const step of steps) {
    router.post(`/${step}`, (request, response, next) => {
      rules[step](exchangeOf(request, response))
        .then((outcome) => finish(request, response, outcome))
        .catch(next);
    });
  }

  return {
    router,
    login: async (request, response, attempt) =>
      finish(
        request,
        response,
        await rules.login(exchangeOf(request, response), attempt, address?.(request)),
      ),
    wrongPassword: async (request, response, attempt = {}) =>
      finish(
        request,
        response,
        await rules.wrongPassword(exchangeOf(request, response), attempt, address?.(request)),
      ),
  };
}
