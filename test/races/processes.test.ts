import { randomBytes } from "node:crypto";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";
import { type ServerProcess, startServerProcess } from "../server/server-process.js";
import { rest } from "../server/test-server.js";
import { wrongCodes } from "../server/user-calls.js";

const secret = "bootstrap-secret-0123456789-abcdefgh";
let database: TestDatabase;
let mailServer: SMTPServer;
let servers: readonly ServerProcess[];
const mails: string[] = [];

beforeAll(async () => {
  database = await createMigratedDatabase();
  mailServer = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    onData(stream, _session, done) {
      let text = "";
      stream.on("data", (chunk) => {
        text += String(chunk);
      });
      stream.once("end", () => {
        mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => mailServer.listen(0, "127.0.0.1", resolve));
  const address = mailServer.server.address();
  const env = {
    DATABASE_URL: database.url,
    BOOTSTRAP_SECRET: secret,
    SMTP_URL: `smtp://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
  };
  servers = await Promise.all([startServerProcess(env), startServerProcess(env)]);
});
afterAll(async () => {
  for (const server of servers ?? []) server.kill("SIGTERM");
  expect(await Promise.all((servers ?? []).map(({ ended }) => ended))).toEqual([0, 0]);
  await new Promise<void>((resolve) => mailServer.close(resolve));
  await database.drop();
});

const post = (n: number, path: string, body: object = {}) =>
  rest(`${servers[n % servers.length]?.baseUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test("two processes, one challenge: one mail for ten sends, one success among 200 codes", async () => {
  const user = `p-${randomBytes(4).toString("hex")}`;
  const login = (fingerprint: string, ip: string) =>
    post(0, "/v2/evaluate", { action: "login", user, fingerprint, ip, email: "ann@example.com" });
  await login("laptop", "84.208.20.110");
  const challenge = `/v2/challenges/${(await login("phone", "8.8.8.8")).body.challenge_id}`;

  const sends = await Promise.all(Array.from({ length: 10 }, (_, n) => post(n, `${challenge}/send`)));
  expect(sends.filter(({ body }) => body.success === true)).toHaveLength(1);
  expect(mails).toHaveLength(1);
  const code = /^Subject: (\d{6}) is your/m.exec(mails[0] ?? "")?.[1] ?? "";
  expect(code).toMatch(/^\d{6}$/);

  const wrong = wrongCodes(code, 200);
  const answers = await Promise.all(
    wrong.map((guess, n) =>
      post(n, `${challenge}/verify`, { code: n % 2 === 0 || n % 5 === 0 ? code : guess }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const right = answers.filter(({ body }) => body.success === true).length;
  expect(right).toBeLessThanOrEqual(1);
  const { body } = await rest(`${servers[1]?.baseUrl}${challenge}`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  expect(body.status).toBe(right === 1 ? "verified" : "exhausted");
  expect(body.attempts_remaining).toBeGreaterThanOrEqual(0);

  const completes = await Promise.all(Array.from({ length: 10 }, (_, n) => post(n, `${challenge}/complete`)));
  for (const { body: completed } of completes) {
    expect(completed.success ?? completed.reason).toBe(right === 1 ? true : "challenge_not_verified");
  }
});
