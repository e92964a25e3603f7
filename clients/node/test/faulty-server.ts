import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What one request meets: an answer, silence, a cut, or whatever the function does. */
export type Fault =
  | "hang"
  | "cut"
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | ((seen: Seen, response: ServerResponse) => Promise<void>);

/** A server that does as it is told. */
export interface FaultyServer {
  readonly baseUrl: string;
  readonly seen: readonly Seen[];
  stop(): Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Starts a server that meets the first request with the first fault, and so on; the last one stays. */
export async function startFaultyServer(...faults: readonly [Fault, ...Fault[]]): Promise<FaultyServer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const fault = faults[Math.min(seen.length, faults.length - 1)];
    const { method = "", url: path = "", headers } = request;
    const entry: Seen = { method, path, headers, body: await textOf(request) };
    seen.push(entry);
    if (fault === "hang" || fault === undefined) return;
    if (fault === "cut") response.destroy();
    else if (typeof fault === "function") await fault(entry, response);
    else {
      const { status, body = "", headers: answerHeaders = {} } = fault;
      response.writeHead(status, { "content-type": "application/json", ...answerHeaders });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Meets a request as the server at `baseUrl` does. */
export function passTo(baseUrl: string): Fault {
  return async (seen, response) => {
    const answer = await forward(baseUrl, seen);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(await answer.text());
  };
}

/** Lets the server at `baseUrl` handle a request, and loses its answer. */
export function loseAnswerOf(baseUrl: string): Fault {
  return async (seen, response) => {
    await (await forward(baseUrl, seen)).text();
    response.destroy();
  };
}

function forward(baseUrl: string, { method, path, headers, body }: Seen): Promise<Response> {
  const kept = ["authorization", "content-type", "idempotency-key"].flatMap((name) => {
    const value = headers[name];
    return typeof value === "string" ? [[name, value] as [string, string]] : [];
  });
  return fetch(baseUrl + path, { method, headers: kept, ...(body === "" ? {} : { body }) });
}
