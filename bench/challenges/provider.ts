import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the provider took: the code, and how long it took to answer. */
export interface Taken {
  readonly code: string;
  readonly ms: number;
}

/** A provider of text messages on this machine, who speaks Twilio's API and delivers nothing. */
export interface Provider {
  /** For SMS_URL. */
  readonly url: string;
  /** What it took last for each number. */
  readonly taken: ReadonlyMap<string, Taken>;
  /** How long it takes from now on. */
  take(ms: number): void;
  close(): void;
}

/** Starts a provider that answers at once. */
export async function startProvider(): Promise<Provider> {
  let takeMs = 0;
  const taken = new Map<string, Taken>();
  const server = createServer(async (message, response) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
    const answer = () => {
      const code = /\d{6}/.exec(form.get("Body") ?? "")?.[0] ?? "";
      taken.set(form.get("To") ?? "", { code, ms: performance.now() - startedAt });
      response.writeHead(201).end(`{"sid":"SM1"}`);
    };
    if (takeMs === 0) answer();
    else setTimeout(answer, takeMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `twilio+http://AC1:token@127.0.0.1:${port}?from=Bench`,
    taken,
    take(ms) {
      takeMs = ms;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
