import { randomBytes } from "node:crypto";
import { createLoginGuard, type LoginGuardOptions } from "@ruptjs/core/express";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { Accounts } from "./accounts.js";
import { addressOf, ofAnotherDevice, places } from "./pretence.js";
import type { RememberingRupt } from "./remembering-rupt.js";
import type { Sessions } from "./sessions.js";

/** What the demo is made of. */
export interface AppDeps {
  readonly rupt: RememberingRupt;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  /** Folder of the built page. */
  readonly pageDir: string;
  /** Where the codes arrive. */
  readonly inboxUrl: string;
  /** Shown on the page, as this is a demo. */
  readonly credentials: { readonly email: string; readonly password: string };
  /** Told what happened, for the terminal. */
  readonly tell: (line: string) => void;
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

function secure(_: Request, response: Response, next: NextFunction): void {
  response.set({
    "Content-Security-Policy": contentSecurityPolicy,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  });
  next();
}

/** Refuses what a page of another origin sends. The cookies are SameSite=Strict besides, and bodies must be JSON. */
function sameOriginOnly(request: Request, response: Response, next: NextFunction): void {
  const site = request.get("sec-fetch-site");
  if (request.method !== "GET" && site !== undefined && site !== "same-origin") response.sendStatus(403);
  else next();
}

/** What the page sends along to pretend with; `fingerprint` as the browser SDK made it. */
interface LoginBody {
  readonly email?: unknown;
  readonly password?: unknown;
  readonly fingerprint?: unknown;
  readonly pretend?: { readonly place?: unknown; readonly anotherDevice?: unknown };
}

function fingerprintIn({ fingerprint, pretend }: LoginBody): readonly string[] | undefined {
  if (!Array.isArray(fingerprint)) return undefined;
  const entries = fingerprint.filter((entry): entry is string => typeof entry === "string");
  return pretend?.anotherDevice === true ? ofAnotherDevice(entries) : entries;
}

/** Makes the demo's application: a login that holds back until Rupt is content. */
export function createApp({
  rupt,
  accounts,
  sessions,
  pageDir,
  inboxUrl,
  credentials,
  tell,
}: AppDeps): Express {
  const options: LoginGuardOptions = {
    rupt,
    // Known to this process alone: a restart ends logins that are under way.
    cookieSecret: randomBytes(32).toString("base64url"),
    // The demo runs on http://localhost.
    secureCookies: false,
    // Demo only: elsewhere this option is left out, and the address is that of the connection.
    address: (request) => addressOf((request.body as LoginBody | undefined)?.pretend?.place),
    onError: ({ reason, requestId }) =>
      tell(`Rupt refused: ${reason}${requestId === undefined ? "" : ` (${requestId})`}`),
    startSession(request, response, { user, restricted, challenged, evaluation_id }) {
      sessions.end(request.get("cookie"));
      response.append(
        "Set-Cookie",
        sessions.start({ accountId: user, restricted, challenged, evaluationId: evaluation_id }),
      );
    },
  };
  const guard = createLoginGuard(options);
  // Demo only: a device that is pretended must not be known by this one's cookie.
  const guardOfAnotherDevice = createLoginGuard({ ...options, deviceCookie: "another_device" });

  const app = express();
  app.disable("x-powered-by");
  app.use(secure, sameOriginOnly);
  app.use(express.static(pageDir, { cacheControl: false }));

  app.get("/demo", (_, response) => {
    response.json({
      places: places.map(({ id, label, address }) => ({ id, label: `${label} (${address})` })),
      inbox_url: inboxUrl,
      ...credentials,
    });
  });

  app.post("/login", express.json({ limit: "16kb" }), async (request, response) => {
    const body = (request.body ?? {}) as LoginBody;
    const { email, password } = body;
    if (typeof email !== "string" || typeof password !== "string") {
      await guard.wrongPassword(request, response);
      return;
    }
    const { account, right } = await accounts.check(email, password);
    const fingerprint = fingerprintIn(body);
    if (account === undefined || !right) {
      await guard.wrongPassword(request, response, { user: account?.id, name: email, fingerprint });
      return;
    }
    const guardOfDevice = body.pretend?.anotherDevice === true ? guardOfAnotherDevice : guard;
    await guardOfDevice.login(request, response, { user: account.id, email: account.email, fingerprint });
  });
  app.use("/login", guard.router);

  app.get("/session", (request, response) => {
    const session = sessions.find(request.get("cookie"));
    const account = session && accounts.byId(session.accountId);
    if (session === undefined || account === undefined) {
      response.json({ signed_in: false });
      return;
    }
    const judgement = rupt.judgementOf(session.evaluationId);
    const { name, email } = account;
    const { restricted, challenged } = session;
    response.json({
      signed_in: true,
      name,
      email,
      restricted,
      challenged,
      verdict: judgement?.verdict,
      signals: judgement?.signals ?? [],
    });
  });

  app.post("/logout", (request, response) => {
    response.append("Set-Cookie", sessions.end(request.get("cookie"))).json({ signed_in: false });
  });

  // Broken JSON and the like: no details for whoever sent it.
  app.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    const status =
      error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : 500;
    if (status >= 500) tell(`failed: ${error instanceof Error ? error.message : "unknown fault"}`);
    response.status(status).json({ status: status >= 500 ? "unavailable" : "refused" });
  });
  return app;
}
