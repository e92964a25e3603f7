import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { InboxMessage } from "../../server/outbound/delivery/inbox.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { type Asked, ask, home, login, type Person } from "./flow.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer({ env: { PUBLIC_URL: "https://login.acme.example" } });
});
afterAll(() => server.stop());

let people = 0;
let person: Person & { email: string };
beforeEach(() => {
  people += 1;
  person = { user: `user-${people}`, email: `person${people}@example.com` };
});

/** What arrived for a contact and is no code. */
async function noticesTo(contact: string): Promise<readonly InboxMessage[]> {
  await server.app.settled();
  return server.app.inbox?.messages().filter(({ to, code }) => to === contact && code === undefined) ?? [];
}

async function completed(who: Person, contact: string): Promise<Asked> {
  const asked = await ask(server, who);
  await asked.send({ language: "fr" });
  await asked.verify(server.codeFor(contact));
  expect((await asked.complete()).body).toEqual({ success: true });
  return asked;
}

/** The page behind the link of a message. */
function linkIn(text: string): string {
  const link = /https:\/\/login\.acme\.example(\/report\/\S+)/.exec(text)?.[1];
  if (link === undefined) throw new Error(`no link in: ${text}`);
  return server.baseUrl + link;
}

const trusted = async () =>
  (await server.get(`/v2/users/${person.user}/devices`)).body.data.map(
    ({ fingerprint_id }: { fingerprint_id: string }) => fingerprint_id,
  );

describe("a changed contact", () => {
  const at = { fingerprint: "laptop", ip: home };

  test("is told to the old one, once, and not to the new one", async () => {
    await login(server, person, at);
    await login(server, { ...person, email: `attacker${people}@example.net` }, at);
    const [notice, ...more] = await noticesTo(person.email);
    expect(notice?.subject).toBe("A new e-mail address was given for your test account");
    expect(notice?.text).toContain("For 24 hours codes still come here.");
    expect(notice?.text).not.toContain("attacker");
    expect(more).toEqual([]);
    await login(server, { ...person, email: `attacker${people}@example.net` }, at);
    await login(server, { ...person, email: `another${people}@example.net` }, at);
    expect(await noticesTo(person.email)).toHaveLength(1);
    expect(await noticesTo(`attacker${people}@example.net`)).toEqual([]);
  });

  test("of a failed login is told to nobody", async () => {
    await login(server, person, at);
    await server.post("/v2/devices/evaluate", {
      action: "login",
      ...person,
      ...at,
      email: `attacker${people}@example.net`,
      outcome: "failed",
    });
    expect(await noticesTo(person.email)).toEqual([]);
  });

  test("is told by another server when the first one dies in between", async () => {
    await login(server, person, at);
    const { evaluation_id } = (await login(server, person, at)).body;
    const [user] = await server.foundation.sql<{ sealed: string; project_id: string }[]>`
      select contacts -> 'email' -> 'known' ->> 'sealed' as sealed, project_id from users where user_key = ${person.user}`;
    const now = server.clock.now();
    // What the first server had kept when it died.
    await server.foundation.sql`
      insert into notices (project_id, notice_id, kind, channel, contact, evaluation_id, changed, due_at, created_at)
      values (${user?.project_id ?? ""}, gen_random_uuid(), 'contact_changed', 'email', ${user?.sealed ?? ""}, ${evaluation_id},
        'email', ${now}, ${now})`;
    await server.app.sendNotices();
    expect(await noticesTo(person.email)).toHaveLength(1);
    await server.app.sendNotices();
    expect(await noticesTo(person.email)).toHaveLength(1);
  });
});

describe("after a completed challenge", () => {
  test("the user is asked in the challenge's language whether it was them", async () => {
    await completed(person, person.email);
    const [notice] = await noticesTo(person.email);
    expect(notice?.subject).toBe("Nouvelle connexion à votre compte test");
    expect(notice?.text).toContain("Ce n'était pas moi: https://login.acme.example/report/");
  });

  test("the question goes to the contact that got no code", async () => {
    const phone = "+4790000001";
    // Both contacts come with the first login, so both are known.
    await completed({ ...person, phone }, person.email);
    expect(await noticesTo(person.email)).toEqual([]);
    expect((await noticesTo(phone))[0]?.text).toContain("/report/");
  });

  test("a project can do without it", async () => {
    await server.foundation.projects.set("test", "login_notices", "off");
    server.clock.advance({ seconds: 2 });
    await completed(person, person.email);
    expect(await noticesTo(person.email)).toEqual([]);
    await server.foundation.projects.set("test", "login_notices", "default");
    server.clock.advance({ seconds: 2 });
  });
});

describe("the report link", () => {
  test("asks on GET, so that a mail scanner reports nothing; on POST it withdraws trust and marks the attack", async () => {
    const asked = await completed(person, person.email);
    expect(await trusted()).toHaveLength(2);
    const link = linkIn((await noticesTo(person.email))[0]?.text ?? "");

    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain('lang="fr"');
    expect(html).not.toContain(person.email);
    await fetch(link, { method: "HEAD" });
    expect(await trusted()).toHaveLength(2);

    for (let time = 0; time < 2; time++) {
      const done = await fetch(link, { method: "POST" });
      expect(done.status).toBe(200);
      expect(await done.text()).toContain("L'appareil n'est plus considéré comme fiable");
    }
    expect(await trusted()).toHaveLength(1);
    const marked = await server.foundation.sql`
      select from attack_reports where evaluation_id = ${asked.evaluationId}`;
    expect(marked).toHaveLength(1);
    // The owner's own device and address are as trusted as before.
    expect((await login(server, person, { fingerprint: `home ${person.user}`, ip: home })).body.verdict).toBe(
      "allow",
    );
  });

  test("works for a week, and neither altered nor for another purpose", async () => {
    const asked = await completed(person, person.email);
    const link = linkIn((await noticesTo(person.email))[0]?.text ?? "");
    const post = async (url: string) => (await fetch(url, { method: "POST" })).status;
    expect(await post(link.replace(".fr.", ".en."))).toBe(404);
    expect(await post(link.slice(0, -1))).toBe(404);
    expect(await post(`${server.baseUrl}/report/${asked.clientToken}`)).toBe(404);
    expect(await post(`${server.baseUrl}/report/x`)).toBe(404);
    const token = link.split("/report/")[1];
    expect(
      (
        await server.post(
          `/v2/challenges/${asked.challengeId}/send`,
          {},
          { authorization: `Bearer ${token}` },
        )
      ).status,
    ).toBe(401);
    server.clock.advance({ days: 8 });
    expect(await post(link)).toBe(404);
    expect(await trusted()).toHaveLength(2);
  });
});
