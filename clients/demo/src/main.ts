import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { openAccounts } from "./accounts.js";
import { createApp } from "./app.js";
import { RememberingRupt } from "./remembering-rupt.js";
import { type RuptServer, startRuptServer } from "./rupt-server.js";
import { openSessions } from "./sessions.js";

// As built: clients/demo/dist/main.js.
const inRepository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const password = "correct horse battery";
const rows = [{ id: "account-1", name: "Ann", email: "ann@example.com", password }];
const usualPort = 4000;

/** Listens on the port, or on a free one when it is taken. */
async function listen(server: Server, port: number): Promise<number> {
  const bound = await new Promise<boolean>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" && port !== 0) resolve(false);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  return bound ? (server.address() as AddressInfo).port : listen(server, 0);
}

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  let rupt: RuptServer | undefined;
  let server: Server | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    server?.closeAllConnections();
    server?.close();
    await rupt?.stop();
    process.exit(0);
  };
  // Before anything is started or said: whoever reads that the demo is ready may end it at once.
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);

  say("\n  Starting Rupt with a database of its own …");
  rupt = await startRuptServer(
    inRepository("dist/main.js"),
    process.env.DEMO_DATA_DIR ?? inRepository("clients/demo/.data"),
  );
  const tell = (line: string) => say(`  ${line}`);
  const inboxUrl = `${rupt.baseUrl}/inbox`;
  const app = createApp({
    rupt: new RememberingRupt(rupt.secret, { baseUrl: rupt.baseUrl }, tell),
    accounts: await openAccounts(rows),
    sessions: openSessions(Date.now),
    pageDir: fileURLToPath(new URL("page", import.meta.url)),
    inboxUrl,
    credentials: { email: rows[0]?.email ?? "", password },
    tell,
  });
  server = createServer(app);
  const port = await listen(server, Number(process.env.DEMO_PORT ?? usualPort));

  say(`
  The demo is ready.

  Log in here        http://localhost:${port}
  Codes arrive at    ${inboxUrl}

  Log in from Oslo first: that becomes the usual. Then log out, and log in from another place with another device.
  Ctrl-C ends it.
`);

  await rupt.ended;
  if (!stopping) throw new Error("the Rupt server ended by itself");
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
