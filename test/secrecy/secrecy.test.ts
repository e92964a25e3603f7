import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Log } from "../../server/log.js";
import { codeIn, otherThan } from "../delivery/flow.js";
import { type MailServer, startMailServer } from "../delivery/mail-server.js";
import { authToken, type SmsServer, startTwilio } from "../delivery/sms-server.js";
import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer, testMasterKey } from "../server/test-server.js";

let mail: MailServer;
let twilio: SmsServer;
let server: TestServer<TestClock>;
/** All that was written to the log, errors with their stacks and causes. */
const lines: string[] = [];
/** What must be found nowhere, by what it is. */
const secrets = new Map<string, string>();
const codes = new Set<string>();
const answers: string[] = [];

function textOf(value: unknown): string {
  if (value instanceof Error) return `${value.stack} ${textOf({ ...value })} ${textOf(value.cause)}`;
  return JSON.stringify(value, (_, inner) => (inner instanceof Error ? textOf(inner) : inner)) ?? "";
}

function capture(): Log {
  const write = (fields: object, message: string) => void lines.push(`${message} ${textOf(fields)}`);
  return { debug: write, info: write, warn: write, error: write };
}

const print = (name: string) =>
  Array.from({ length: 22 }, (_, section) => `${name}-${section}-`.padEnd(93, "abcdef0123456789")).join("");

async function run(): Promise<void> {
  const people = [
    { user: "reader", email: "reader.of.mail@example.com" },
    { user: "both", email: "somebody.else@example.org", phone: "+4790876543" },
    { user: "texter", phone: "+4790123987" },
  ];
  const attempt = async (body: Record<string, unknown>, status = 200) => {
    const answer = await server.post("/v2/devices/evaluate", { action: "login", ...body });
    expect(answer.status).toBe(status);
    for (const name of ["client_token", "device_token"] as const)
      if (answer.body[name] !== undefined) secrets.set(`${name} ${answer.body[name]}`, answer.body[name]);
    return answer.body;
  };
  for (const person of people) {
    for (const [name, value] of Object.entries(person)) if (name !== "user") secrets.set(value, value);
    const old = print(`old ${person.user}`);
    const fresh = print(`new ${person.user}`);
    for (const each of [old, fresh]) secrets.set(`print ${each.slice(0, 20)}`, each.slice(0, 93));
    await attempt({ ...person, fingerprint: [old, null], ip: "84.208.20.110" });
    const asked = await attempt({ ...person, fingerprint: [fresh, old], ip: "8.8.8.8" });
    const path = `/v2/challenges/${asked.challenge_id}`;

    mail.behaviour = "refuse";
    twilio.behaviour = "refuse";
    answers.push(textOf((await server.post(`${path}/send`)).body));
    mail.behaviour = "take";
    twilio.behaviour = "take";
    answers.push(textOf((await server.post(`${path}/send`)).body));
    const code = codeIn(person.email === undefined ? twilio.taken.at(-1)?.text : mail.mails.at(-1)?.text);
    codes.add(code);
    answers.push(textOf((await server.post(`${path}/verify`, { code: otherThan(code) })).body));
    answers.push(textOf((await server.post(`${path}/verify`, { code })).body));
    await server.post(`${path}/complete`);
    // The notice goes out after the answer; the next providers that refuse shall not meet it, nor the next code be looked for in it.
    await server.app.settled();
    answers.push(textOf((await server.get(path)).body));

    const open = await attempt({ ...person, fingerprint: print(`open ${person.user}`), ip: "1.1.1.1" });
    server.clock.advance({ seconds: 31 });
    if (open.challenge_id !== undefined) {
      await server.post(`/v2/challenges/${open.challenge_id}/send`);
      codes.add(codeIn(person.email === undefined ? twilio.taken.at(-1)?.text : mail.mails.at(-1)?.text));
    }
    const changed = { ...person, ...(person.email === undefined ? {} : { email: `new.${person.email}` }) };
    await attempt({ ...changed, fingerprint: [fresh, old], ip: "8.8.8.8" });
    await server.app.settled();
  }
  await attempt({
    user: undefined,
    action: "signup",
    email: "signing.up@example.net",
    fingerprint: print("signup"),
  });
  secrets.set("signing.up@example.net", "signing.up@example.net");
  await attempt({ user: "x", email: "wrong address", fingerprint: "f" }, 400);
  await attempt({
    user: "reader",
    outcome: "failed",
    email: "reader.of.mail@example.com",
    fingerprint: print("thief"),
  });
  const link = /report\/(\S+)/.exec([...mail.mails].map(({ text }) => text).join(" "))?.[1];
  if (link === undefined) throw new Error("no report link was sent");
  secrets.set("report link", link);
  await fetch(`${server.baseUrl}/report/${link}`, { method: "POST" });
}

beforeAll(async () => {
  [mail, twilio] = await Promise.all([startMailServer(), startTwilio()]);
  server = await startTestServer({
    log: capture(),
    env: { SMTP_URL: mail.url, SMS_URL: twilio.url, PUBLIC_URL: "https://login.acme.example" },
  });
  secrets.set("API secret", server.secret);
  secrets.set("master key", testMasterKey);
  secrets.set("provider token", authToken);
  await run();
});
afterAll(async () => {
  await server.stop();
  await Promise.all([mail.close(), twilio.close()]);
});

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { sql } = server.foundation;
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;
  const rows: string[] = [];
  for (const { name } of tables) {
    for (const { row } of await sql<
      { row: string }[]
    >`select row_to_json(t)::text as row from ${sql(name)} t`)
      rows.push(`${name} ${row}`);
  }
  return rows.join("\n");
}

/** What of the secrets is in a text: as it is, in any case, or as the hexadecimal or base64 of its bytes. */
function leaks(text: string): readonly string[] {
  const lower = text.toLowerCase();
  const found = [...secrets].flatMap(([what, secret]) => {
    const bytes = Buffer.from(secret);
    const forms = [secret, bytes.toString("hex"), bytes.toString("base64url").slice(0, -1)];
    return forms.some((form) => lower.includes(form.toLowerCase())) ? [what] : [];
  });
  const digits = [...codes].filter((code) =>
    new RegExp(`(?<![0-9A-Za-z_.+-])${code}(?![0-9A-Za-z_-])`).test(text),
  );
  return [...found, ...digits.map((code) => `code ${code}`)];
}

describe("after a run of many flows", () => {
  test("the whole database holds no code, no clear contact, no secret, no fingerprint and no token", async () => {
    const text = await dump();
    for (const table of [
      "users",
      "challenges",
      "evaluations",
      "deliveries",
      "attack_reports",
      "message_budgets",
    ])
      expect(text).toMatch(new RegExp(`^${table}`, "m"));
    expect(text).toContain('"reader"');
    expect(leaks(text)).toEqual([]);
  });

  test("neither does the log, at its most talkative", () => {
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.some((line) => line.includes("a provider did not take a message"))).toBe(true);
    expect(leaks(lines.join("\n"))).toEqual([]);
  });

  test("nor any answer about sending and verifying", () => {
    expect(answers.some((answer) => answer.includes("delivery_failed"))).toBe(true);
    expect(leaks(answers.join("\n"))).toEqual([]);
  });

  test("and the search does find what is there", () => {
    const [code] = codes;
    for (const secret of [server.secret, "READER.of.mail@example.com", `"${code}"`, `code ${code}.`])
      expect(leaks(`x ${secret} y`)).toHaveLength(1);
    expect(leaks(Buffer.from(server.secret).toString("hex"))).toHaveLength(1);
  });

  test("no code is kept after its use, not even as a hash", async () => {
    const rows = await server.foundation.sql`
      select from challenges
      where status not in ('created', 'sent')
        and (code_hash is not null or pending_code_hash is not null or doubtful_code_hashes <> '{}')`;
    expect(rows).toHaveLength(0);
    const verified = await server.foundation.sql`select from challenges where verified_at is not null`;
    expect(verified.length).toBeGreaterThan(0);
  });
});

describe("an id that is unknown, another project's, or finished", () => {
  test("costs the same statements, and the first two get the same answer", async () => {
    const { sql } = server.foundation;
    const other = await server.foundation.projects.create("other");
    const as = (secret: string) => ({ authorization: `Bearer ${secret}` });
    const [finished] = await sql<{ challenge_id: string }[]>`
      select challenge_id from challenges where status = 'completed' limit 1`;
    const id = finished?.challenge_id ?? "";
    const unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    const { sql: own } = server.foundation;
    const count = async (call: () => Promise<{ status: number; body: Record<string, unknown> }>) => {
      await call();
      const before = statements.length;
      const { status, body } = await call();
      return { status, reason: body.reason, message: body.message, statements: statements.slice(before) };
    };
    const statements: string[] = [];
    // Every statement of this server's pool passes here; those of its regular rounds are about other tables.
    (own.options as { debug?: unknown }).debug = (_: number, text: string) => {
      if (/\bchallenges\b/.test(text)) statements.push(text);
    };
    try {
      for (const step of ["verify", "send", "complete"]) {
        const body = step === "verify" ? { code: "123456" } : {};
        const [missing, foreign, done] = [
          await count(() => server.post(`/v2/challenges/${unknown}/${step}`, body)),
          await count(() => server.post(`/v2/challenges/${id}/${step}`, body, as(other.secret))),
          await count(() => server.post(`/v2/challenges/${id}/${step}`, body)),
        ];
        expect(missing).toMatchObject({ status: 404, reason: "challenge_not_found" });
        expect(foreign).toEqual(missing);
        expect(done.statements).toEqual(missing.statements);
        expect(missing.statements).not.toEqual([]);
      }
      for (const step of ["", "/describe"]) {
        const look = (challenge: string, secret = server.secret) =>
          count(() => rest(`${server.baseUrl}/v2/challenges/${challenge}${step}`, { headers: as(secret) }));
        const [missing, foreign, done] = [await look(unknown), await look(id, other.secret), await look(id)];
        expect(missing).toMatchObject({ status: 404, reason: "challenge_not_found" });
        expect(foreign).toEqual(missing);
        expect(done.status).toBe(200);
        expect(missing.statements).not.toEqual([]);
        // A challenge that is shown is shown with its delivery.
        expect(done.statements.slice(0, missing.statements.length)).toEqual(missing.statements);
      }
    } finally {
      (own.options as { debug?: unknown }).debug = false;
    }
  });
});
