import { expect, test } from "vitest";
import { createPendingLogins } from "./pending-login.js";

const secret = "a-cookie-secret-of-32-characters";
const login = {
  user: "u1",
  challengeId: "c1",
  evaluationId: "e1",
  restricted: true,
  restrictions: ["payments"],
};
const cookieOf = (setCookie: string) => setCookie.split(";", 1)[0] ?? "";

test("a browser brings back what was kept, and sees none of it", () => {
  const pending = createPendingLogins([secret], true, () => 0);
  const setCookie = pending.write(login);
  expect(setCookie).toMatch(
    /^__Host-rupt_login=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  );
  expect(Buffer.from(setCookie, "base64url").toString("latin1")).not.toContain("u1");
  expect(pending.read(`a=b; ${cookieOf(setCookie)}; c=d`)).toEqual(login);
});

test("two logins of the same user look different", () => {
  const pending = createPendingLogins([secret], true, () => 0);
  expect(pending.write(login)).not.toBe(pending.write(login));
});

test("it ends after an hour", () => {
  let now = 0;
  const pending = createPendingLogins([secret], true, () => now);
  const cookie = cookieOf(pending.write(login));
  now = 3_599_999;
  expect(pending.read(cookie)).toEqual(login);
  now = 3_600_000;
  expect(pending.read(cookie)).toBeUndefined();
});

test("every altered byte is noticed", () => {
  const pending = createPendingLogins([secret], false, () => 0);
  const bytes = Buffer.from(cookieOf(pending.write(login)).slice("rupt_login=".length), "base64url");
  for (let at = 0; at < bytes.length; at++) {
    const altered = Buffer.from(bytes);
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(pending.read(`rupt_login=${altered.toString("base64url")}`)).toBeUndefined();
  }
});

test.each([undefined, "", "rupt_login=", "rupt_login=AAAA", `rupt_login=${"A".repeat(5000)}`])(
  "%j is nothing",
  (header) => {
    expect(createPendingLogins([secret], false, () => 0).read(header)).toBeUndefined();
  },
);

test("a new secret in front leaves old cookies readable; without the old one they are not", () => {
  const cookie = cookieOf(createPendingLogins([secret], false, () => 0).write(login));
  const next = "the-next-cookie-secret-0123456789";
  expect(createPendingLogins([next, secret], false, () => 0).read(cookie)).toEqual(login);
  expect(createPendingLogins([next], false, () => 0).read(cookie)).toBeUndefined();
});

test("a short secret is refused", () => {
  expect(() => createPendingLogins(["short"], true, () => 0)).toThrow(/cookieSecret/);
});
