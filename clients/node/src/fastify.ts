import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
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

/** How logins are guarded in Fastify. */
export interface LoginGuardOptions extends GuardOptions {
  /**
   * Starts a session: the only place where your application does. Called once for a login that may pass, before it is answered. Give the
   * session a fresh id. If it answers the request itself, the guard does not.
   */
  readonly startSession: (request: FastifyRequest, reply: FastifyReply, login: Login) => void | Promise<void>;
  /** The end user's address, for platforms that tell it in a way of their own. Default: the connection and `trustedProxies`. */
  readonly address?: ((request: FastifyRequest) => string | undefined) | undefined;
}

/** A guarded login for Fastify. */
export interface LoginGuard {
  /** Call it, and return what it returns, when the password was right; it answers the request with a GuardAnswer. */
  login(request: FastifyRequest, reply: FastifyReply, attempt: LoginAttempt): Promise<FastifyReply>;
  /** The same when the password was wrong or there is no such account (then with `name` in place of `user`); it answers as a denied login is answered. */
  wrongPassword(request: FastifyRequest, reply: FastifyReply, attempt?: WrongPassword): Promise<FastifyReply>;
  /**
   * `POST /send` (`{"channel","language"}`, both optional), `POST /verify` (`{"code"}`) and `POST /passed` (`{"challenge_id","proof"}`):
   * `app.register(guard.plugin, { prefix })`.
   */
  readonly plugin: FastifyPluginCallback;
}

function exchangeOf(request: FastifyRequest, reply: FastifyReply): Exchange {
  return {
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    remoteAddress: request.socket.remoteAddress,
    body: request.body,
    setCookie: (text) => void reply.header("set-cookie", text),
  };
}

/** Makes a guarded login. @throws RuptError when an option cannot be. */
export function createLoginGuard({ startSession, address, ...options }: LoginGuardOptions): LoginGuard {
  const rules = createRules(options);

  async function finish(
    request: FastifyRequest,
    reply: FastifyReply,
    { answer, login }: Outcome,
  ): Promise<FastifyReply> {
    if (login !== undefined) await startSession(request, reply, login);
    return reply.sent
      ? reply
      : reply.code(httpStatusOf[answer.status]).header("cache-control", "no-store").send(answer);
  }

  return {
    plugin(app, _, done) {
      for (const step of steps) {
        app.post(`/${step}`, { bodyLimit: 4096 }, async (request, reply) =>
          finish(request, reply, await rules[step](exchangeOf(request, reply))),
        );
      }
      done();
    },
    login: async (request, reply, attempt) =>
      finish(request, reply, await rules.login(exchangeOf(request, reply), attempt, address?.(request))),
    wrongPassword: async (request, reply, attempt = {}) =>
      finish(
        request,
        reply,
        await rules.wrongPassword(exchangeOf(request, reply), attempt, address?.(request)),
      ),
  };
}
