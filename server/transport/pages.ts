import type { IncomingMessage, ServerResponse } from "node:http";
import type { InboxMessage } from "../outbound/delivery/inbox.js";
import type { Page } from "./http.js";

/** Whether the server can serve, in words for people. */
export interface Readiness {
  readonly ready: boolean;
  /** One entry for each thing that was looked at. */
  readonly checks: Readonly<Record<string, string>>;
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

/** `GET /healthz`: the process is alive. */
export const healthPage: Page = {
  path: "/healthz",
  answer: async (_, response) => answerJson(response, 200, { status: "ok" }),
};

/** `GET /readyz`: 200 when calls can be served, 503 when not; the body says what was looked at. */
export function readyPage(look: () => Promise<Readiness>): Page {
  return {
    path: "/readyz",
    async answer(_, response) {
      const { ready, checks } = await look();
      answerJson(response, ready ? 200 : 503, { status: ready ? "ready" : "not_ready", checks });
    },
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid #8886; border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0; }
  header { display: flex; gap: 1rem; justify-content: space-between; opacity: .75; font-size: .875rem; }
  strong { font: 600 1.75rem/1.6 ui-monospace, monospace; letter-spacing: .15em; }
  p { margin: .25rem 0; white-space: pre-line; }`;

function inboxHtml(messages: readonly InboxMessage[]): string {
  const articles = messages.map(
    ({ at, channel, to, subject, text, code }) => `<article>
<header><span>${channel} to ${escapeHtml(to)}</span><time>${new Date(at).toISOString().slice(11, 19)}</time></header>
${code === undefined ? "" : `<strong>${code}</strong>`}<p>${escapeHtml(subject)}</p><p>${escapeHtml(text)}</p></article>`,
  );
  const empty = "<p>No message yet. Send a challenge and it appears here.</p>";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="3"><title>Inbox</title><style>${style}</style></head><body>
<h1>Inbox</h1><p>Development only: with SMTP_URL set, or in production, messages leave for real.</p>
${articles.join("\n") || empty}</body></html>`;
}

/** `GET /inbox`: what the development inbox holds, as a page or, for `Accept: application/json`, as JSON. */
export function inboxPage(messages: () => readonly InboxMessage[]): Page {
  return {
    path: "/inbox",
    async answer(request: IncomingMessage, response: ServerResponse) {
      if (request.headers.accept?.includes("application/json")) {
        const data = messages().map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest }));
        answerJson(response, 200, { data });
        return;
      }
      response.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        "x-content-type-options": "nosniff",
      });
      response.end(inboxHtml(messages()));
    },
  };
}
