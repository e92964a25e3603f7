import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import {
  type LoginGuardOptions as ExpressOptions,
  createLoginGuard as expressGuard,
} from "../src/express.js";
import { createLoginGuard as fastifyGuard } from "../src/fastify.js";
import type { GuardOptions, Login } from "../src/guard/login-guard.js";

/** A small application behind a guard: every name but `bob` has an account, whose password is `right`. */
export interface GuardedApp {
  readonly baseUrl: string;
  /** The sessions it started, in order. */
  readonly sessions: Login[];
  stop(): Promise<void>;
}

const accountOf = (name: unknown) => ({ user: String(name), email: `${String(name)}@example.com` });

interface LoginBody {
  readonly name?: unknown;
  readonly password?: unknown;
  readonly fingerprint?: unknown;
}

async function inExpress(options: GuardOptions): Promise<GuardedApp> {
  const sessions: Login[] = [];
  const startSession: ExpressOptions["startSession"] = (_, response, login) => {
    sessions.push(login);
    response.append("Set-Cookie", `session=${sessions.length}; HttpOnly`);
  };
  const guard = expressGuard({ ...options, startSession });
  const app = express();
  app.post("/login", express.json(), async (request, response) => {
    const { name, password, ...body } = request.body as LoginBody;
    if (name === "bob") await guard.wrongPassword(request, response, { ...body, name });
    else if (password !== "right")
      await guard.wrongPassword(request, response, { ...body, ...accountOf(name) });
    else await guard.login(request, response, { ...body, ...accountOf(name) });
  });
  app.use("/login", guard.router);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function inFastify(options: GuardOptions): Promise<GuardedApp> {
  const sessions: Login[] = [];
  const guard = fastifyGuard({
    ...options,
    startSession(_, reply, login) {
      sessions.push(login);
      reply.header("set-cookie", `session=${sessions.length}; HttpOnly`);
    },
  });
  const app = fastify();
  app.post<{ Body: LoginBody }>("/login", async (request, reply) => {
    const { name, password, ...body } = request.body;
    if (name === "bob") return guard.wrongPassword(request, reply, { ...body, name });
    if (password !== "right") return guard.wrongPassword(request, reply, { ...body, ...accountOf(name) });
    return guard.login(request, reply, { ...body, ...accountOf(name) });
  });
  app.register(guard.plugin, { prefix: "/login" });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, sessions, stop: () => app.close() };
}

/** The same application in each framework. */
export const frameworks = [
  { framework: "Express", start: inExpress },
  { framework: "Fastify", start: inFastify },
] as const;

/** A browser's cookies and what it sends along. */
export interface Browser {
  post(
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: unknown }>;
  readonly cookies: Map<string, string>;
}

/** Opens a browser that keeps cookies. */
export function openBrowser(baseUrl: string): Browser {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async post(path, body = {}, headers = {}) {
      const response = await fetch(baseUrl + path, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "sec-fetch-site": "same-origin",
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
          ...headers,
        },
        body: JSON.stringify(body),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/Max-Age=0/.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return { status: response.status, body: await response.json() };
    },
  };
}
