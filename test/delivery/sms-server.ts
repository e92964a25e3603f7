import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A text message as it arrived. */
export interface Sms {
  readonly to: string;
  readonly text: string;
  /** Where to report what became of it. */
  readonly statusUrl: string | undefined;
  readonly id: string;
}

/**
 * What a provider does. `slow` neither takes nor answers; `take_and_hang` takes without an answer; `take_and_refuse` takes and says no; `fail_once`
 * answers 503 to the next message and takes the ones after it.
 */
export type SmsBehaviour =
  | "take"
  | "refuse"
  | "fail"
  | "fail_once"
  | "slow"
  | "take_and_hang"
  | "take_and_refuse"
  | "redirect";

/** A provider of text messages over real HTTP on this machine. */
export interface SmsServer {
  /** For SMS_URL. */
  readonly url: string;
  behaviour: SmsBehaviour;
  readonly taken: Sms[];
  /** How many requests came, taken or not. */
  requests: number;
  /** What was wrong with requests, empty when all were sound. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Reads one request of a provider's dialect; a text is a complaint. */
type Dialect = (request: IncomingMessage, body: string) => Sms | string;

const accountSid = "AC00000000000000000000000000000001";
/** The token of the fake account. */
export const authToken = "fake auth/token+with:signs";
/** The secret of the fake hook. */
export const hookSecret = "hook-secret-0123456789-0123456789";
/** The sender of the fake account. */
export const smsFrom = "+15005550006";

let sids = 0;

const twilioDialect: Dialect = (request, body) => {
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
  if (request.headers.authorization !== expected) return "wrong credentials";
  if (request.url !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) return `path ${request.url}`;
  const form = new URLSearchParams(body);
  if (form.get("From") !== smsFrom) return `from ${form.get("From")}`;
  sids += 1;
  return {
    to: form.get("To") ?? "",
    text: form.get("Body") ?? "",
    statusUrl: form.get("StatusCallback") ?? undefined,
    id: `SM${String(sids).padStart(32, "0")}`,
  };
};

const hookDialect: Dialect = (request, body) => {
  const [, seconds, tag] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(request.headers["x-rupt-signature"])) ?? [];
  const expected = createHmac("sha256", hookSecret).update(`${seconds}.${body}`).digest("hex");
  if (tag !== expected) return "wrong signature";
  if (Math.abs(Date.now() / 1000 - Number(seconds)) > 300) return "old signature";
  const { id, to, text, status_url } = JSON.parse(body);
  return { id, to, text, statusUrl: status_url };
};

async function start(dialect: Dialect, urlOf: (port: number) => string): Promise<SmsServer> {
  const taken: Sms[] = [];
  const complaints: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    running.requests += 1;
    const sms = dialect(request, Buffer.concat(chunks).toString("utf8"));
    if (typeof sms === "string") {
      complaints.push(sms);
      response.writeHead(401).end();
      return;
    }
    const { behaviour } = running;
    if (behaviour.startsWith("take")) taken.push(sms);
    if (behaviour === "fail_once") running.behaviour = "take";
    if (behaviour === "slow" || behaviour === "take_and_hang") return;
    if (behaviour === "refuse") response.writeHead(400).end(`{"message":"${sms.to} is not a number"}`);
    else if (behaviour === "redirect") response.writeHead(307, { location: `${request.url}?again` }).end();
    else if (behaviour === "take") response.writeHead(201).end(JSON.stringify({ sid: sms.id, id: sms.id }));
    else response.writeHead(503).end();
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const running: SmsServer = {
    url: urlOf((server.address() as AddressInfo).port),
    behaviour: "take",
    taken,
    requests: 0,
    complaints,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}

/** Starts a provider that speaks Twilio's Messages API. */
export function startTwilio(): Promise<SmsServer> {
  return start(
    twilioDialect,
    (port) =>
      `twilio+http://${accountSid}:${encodeURIComponent(authToken)}@127.0.0.1:${port}?from=${encodeURIComponent(smsFrom)}`,
  );
}

/** Starts the receiving end of a signed hook. */
export function startHook(): Promise<SmsServer> {
  return start(hookDialect, (port) => `hook+http://:${hookSecret}@127.0.0.1:${port}/sms`);
}
