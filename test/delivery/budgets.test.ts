import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestClock, testClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { type Asked, ask, codeIn, type Person } from "./flow.js";
import { type SmsServer, startTwilio } from "./sms-server.js";

let twilio: SmsServer;
let server: TestServer<TestClock>;
/** A second server over the same database, with a project of its own. */
let second: TestServer<TestClock>;

beforeAll(async () => {
  twilio = await startTwilio();
});
afterAll(() => twilio.close());

beforeEach(async () => {
  twilio.behaviour = "take";
  twilio.taken.length = 0;
  const clock = testClock();
  const options = { clock, env: { SMS_URL: twilio.url }, messageBudgets: "default" } as const;
  server = await startTestServer(options);
  second = await startTestServer({ ...options, databaseUrl: server.databaseUrl });
});
afterEach(async () => {
  await second.stop();
  await server.stop();
});

let people = 0;
/** Somebody new with a Norwegian number. */
function somebody(): Person {
  people += 1;
  return { user: `user-${people}`, phone: `+4790${String(100_000 + people)}` };
}

/** Some public address that nobody else in the test has. */
function freshAddress(): string {
  people += 1;
  return `45.${Math.floor(people / 65_536) % 256}.${Math.floor(people / 256) % 256}.${people % 256}`;
}

/** The same challenge, asked of the second server. */
function atSecond(asked: Asked): Pick<Asked, "send"> {
  const authorization = `Bearer ${server.secret}`;
  return {
    send: (body) => second.post(`/v2/challenges/${asked.challengeId}/send`, body, { authorization }),
  };
}

function challenges(count: number, ip: () => string, person = somebody, at = server): Promise<Asked[]> {
  return Promise.all(Array.from({ length: count }, () => ask(at, person(), ip())));
}

/** Asks for all codes at once, turn by turn at both servers; answers how many were refused. */
async function pump(asked: readonly Asked[]): Promise<number> {
  const answers = await Promise.all(
    asked.map((one, index) => (index % 2 === 0 ? one : atSecond(one)).send({ channel: "sms" })),
  );
  const refused = answers.filter(({ status }) => status !== 200);
  for (const { status, body, headers } of refused) {
    expect({ status, reason: body.reason }).toEqual({ status: 429, reason: "message_budget" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  return refused.length;
}

describe("a message-pumping bot", () => {
  test("with many accounts, numbers and addresses gets 20 messages of a country, then 3 an hour", async () => {
    const asked = await challenges(45, freshAddress);
    expect(await pump(asked)).toBe(25);
    expect(twilio.taken).toHaveLength(20);
    server.clock.advance({ hours: 1 });
    const later = await challenges(10, freshAddress);
    expect(await pump(later)).toBe(7);
    expect(twilio.taken).toHaveLength(23);
  });

  test("from one address gets 10, whatever the countries", async () => {
    const asked = await challenges(15, () => "8.8.4.4");
    const abroad = await Promise.all(
      ["+12025550143", "+33612345678", "+447400123456"].map((phone) =>
        ask(server, { ...somebody(), phone }, "8.8.4.4"),
      ),
    );
    await pump([...asked, ...abroad]);
    expect(twilio.taken).toHaveLength(10);
  });

  test("to one number under many accounts gets 10", async () => {
    await pump(await challenges(14, freshAddress, () => ({ ...somebody(), phone: "+4790000001" })));
    expect(twilio.taken).toHaveLength(10);
  });

  test("from an IPv6 network is one address, however many it has", async () => {
    let host = 0;
    const asked = await challenges(14, () => `2a01:799:11c:4400::${(++host).toString(16)}`);
    await pump(asked);
    expect(twilio.taken).toHaveLength(10);
  });

  test("among others at the same instant: it is refused, they are not, and each message is charged once", async () => {
    const bot = await challenges(16, () => "8.8.4.4");
    const others = await challenges(9, freshAddress);
    const asked = others.flatMap((one, index) => [...bot.slice(index * 2, index * 2 + 2), one]);
    expect(await pump(asked)).toBe(6);
    const sent = await server.foundation.sql<{ scope: string; n: number }[]>`
      select split_part(budget_key, ':', 1) as scope, sum(sent)::int as n from message_budgets
      where window_seconds = 86400 group by 1 order by 1`;
    expect(sent).toEqual(["address", "contact", "country", "project"].map((scope) => ({ scope, n: 19 })));
    expect(twilio.taken).toHaveLength(19);
  });

  test("does not use up another project's budget", async () => {
    await pump(await challenges(25, freshAddress));
    const other = await ask(second, somebody());
    expect((await other.send({ channel: "sms" })).status).toBe(200);
  });
});

describe("users who enter their codes", () => {
  test("are never cut off, however many they are", async () => {
    for (const asked of await challenges(30, () => "8.8.4.4")) {
      expect((await asked.send({ channel: "sms" })).status).toBe(200);
      expect((await asked.verify(codeIn(twilio.taken.at(-1)?.text))).body.success).toBe(true);
      await server.app.settled();
    }
    expect(twilio.taken).toHaveLength(30);
  });

  test("leave room for 30 % who do not, today and tomorrow", async () => {
    for (const asked of await challenges(100, freshAddress)) {
      await asked.send({ channel: "sms" });
      await asked.verify(codeIn(twilio.taken.at(-1)?.text));
    }
    await server.app.settled();
    server.clock.advance({ days: 1 });
    expect(await pump(await challenges(40, freshAddress))).toBe(10);
  });
});

describe("one user", () => {
  test("waits longer and longer, until a code is entered", async () => {
    for (const name of ["contact_messages_per_day", "address_messages_per_day", "country_messages_per_day"])
      await server.foundation.projects.set("test", name, "1000");
    const person = somebody();
    const waits: number[] = [];
    for (let index = 0; index < 16; index++) {
      const asked = await ask(server, person, freshAddress());
      const sent = await asked.send({ channel: "sms" });
      if (sent.status === 200) continue;
      expect(sent.body.reason).toBe("message_budget");
      const seconds = Number(sent.headers.get("retry-after"));
      waits.push(seconds);
      server.clock.advance({ seconds });
      const again = await ask(server, person, freshAddress());
      expect((await again.send({ channel: "sms" })).status).toBe(200);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960]);

    server.clock.advance({ hours: 1 });
    const asked = await ask(server, person, freshAddress());
    await asked.send({ channel: "sms" });
    expect((await asked.verify(codeIn(twilio.taken.at(-1)?.text))).body.success).toBe(true);
    expect((await (await ask(server, person, freshAddress())).send({ channel: "sms" })).status).toBe(200);
    expect((await (await ask(server, person, freshAddress())).send({ channel: "sms" })).status).toBe(200);
  });
});

describe("a message that a provider refused", () => {
  test("is given back to every budget", async () => {
    twilio.behaviour = "refuse";
    for (const asked of await challenges(30, () => "8.8.4.4"))
      expect((await asked.send({ channel: "sms" })).body.reason).toBe("delivery_failed");
    twilio.behaviour = "take";
    const asked = await challenges(12, () => "8.8.4.4");
    expect(await pump(asked)).toBe(2);
  });

  test("but may have left is not", async () => {
    const slow = await startTestServer({
      clock: server.clock,
      databaseUrl: server.databaseUrl,
      env: { SMS_URL: twilio.url, DELIVERY_TIMEOUT_MS: "1500" },
      messageBudgets: "default",
    });
    try {
      twilio.behaviour = "take_and_hang";
      const asked = await challenges(14, () => "8.8.4.4", somebody, slow);
      const reasons = (await Promise.all(asked.map((one) => one.send({ channel: "sms" })))).map(
        ({ body }) => body.reason,
      );
      expect(reasons.filter((reason) => reason === "delivery_failed")).toHaveLength(10);
      expect(twilio.taken).toHaveLength(10);
    } finally {
      await slow.stop();
    }
  });
});

describe("a number that cannot exist", () => {
  test("gets no message and the caller is told why", async () => {
    const asked = await ask(server, { user: "national", phone: "90123456" });
    const sent = await asked.send();
    expect(sent.body).toMatchObject({ code: "failed_precondition", reason: "no_contact" });
    expect(sent.body.message).toContain("country code");
    await server.foundation.projects.set("test", "default_country", "NO");
    server.clock.advance({ seconds: 2 });
    expect((await asked.send()).status).toBe(200);
    expect(twilio.taken[0]?.to).toBe("+4790123456");
  });
});
