import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { challengeLimits } from "../../server/challenge/limits.js";
import { messageSettings } from "../../server/challenge/message-settings.js";
import { webSettings } from "../../server/service/web-settings.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
  await server.foundation.projects.create("shop");
});
afterAll(() => server.stop());

const set = (name: string, value: string) => server.foundation.projects.set("shop", name, value);

const sentence = "{code} is the code of {brand}";

/** A value that each setting takes, and some that it does not. */
const settings: Readonly<Record<string, readonly [good: string, ...bad: readonly string[]]>> = {
  ...Object.fromEntries(
    Object.entries(challengeLimits).map(([name, { minimum, maximum }]) => [
      name,
      [
        String(maximum),
        String(minimum - 1),
        String(maximum + 1),
        "",
        "1.5",
        " 1",
        "1e1",
        "0x1",
        "Infinity",
        "١",
      ],
    ]),
  ),
  login_notices: ["off", "-1", "2", "yes", "true", "OFF", ""],
  brand_name: ["Løk & Søn", "", " Acme", "Acme\n", "Ac\u202eme", "x".repeat(61)],
  sender_name: ["Acme", "", "Acme\r\nBcc: evil@example.com", "x".repeat(61)],
  default_language: ["fr", "de", "FR", "fr-FR", ""],
  default_country: ["NO", "no", "XX", "NOR", ""],
  text_en: [
    sentence,
    "no code",
    "{code}{code}",
    "{code} {name}",
    "{code} https://evil.example.com",
    "x".repeat(301),
  ],
  text_fr: [sentence, "no code"],
  text_es: [sentence, "no code"],
  text_ar: [sentence, "no code"],
  accept_event_time: ["on", "yes", "true", "1", "ON", ""],
  success_url: ["https://app.example.com/done", "http://app.example.com/", "javascript:alert(1)", ""],
  allowed_origins: ["https://app.example.com", "*", "null", "https://app.example.com/", ""],
};

/** What stands in the settings for a value that is kept in another form than it is given. */
const keptAs: Readonly<Record<string, string>> = {
  login_notices: '"login_notices":0',
  accept_event_time: '"acceptEventTime":true',
};

test("the table above holds every setting that there is, and an unknown name is answered with all of them", async () => {
  const names = [
    ...Object.keys(challengeLimits),
    ...Object.keys(messageSettings),
    "accept_event_time",
    ...Object.keys(webSettings),
  ];
  expect(Object.keys(settings).sort()).toEqual(names.sort());
  for (const unknown of ["no_such", "constructor", "__proto__", "toString", "", "max_attempts "]) {
    const refused = await set(unknown, "1").catch((error: Error) => error.message);
    expect(refused).toContain(`no setting "${unknown}"`);
    for (const name of names) expect(refused).toContain(name);
  }
});

describe.each(Object.entries(settings))("%s", (name, [good, ...bad]) => {
  test("is set, with dashes in its name as well, and taken back", async () => {
    const before = (await set(name, "default")).settings;
    const changed = (await set(name.replaceAll("_", "-"), good)).settings;
    expect(changed).not.toEqual(before);
    expect(JSON.stringify(changed)).toContain(keptAs[name] ?? JSON.stringify(good).slice(1, -1));
    expect((await set(name, "default")).settings).toEqual(before);
  });

  test("takes nothing else, and says so by its name", async () => {
    const before = (await server.foundation.projects.byName("shop")).settings;
    for (const value of bad)
      await expect(set(name, value), value).rejects.toThrow(new RegExp(`^${name} (must|may) `));
    expect((await server.foundation.projects.byName("shop")).settings).toEqual(before);
  });
});

test("notices are switched on and off by these words, and by 1 and 0 as before", async () => {
  for (const [value, kept] of [
    ["off", 0],
    ["on", 1],
    ["0", 0],
    ["1", 1],
  ] as const)
    expect((await set("login_notices", value)).settings.limits, value).toMatchObject({ login_notices: kept });
  await set("login_notices", "default");
});
