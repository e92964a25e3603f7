import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";
import { askedAgain, challenged, postAs } from "../server/user-calls.js";
import { services } from "../wire/messages.mjs";
import { expectError } from "./expect-error.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test("a client token sends and verifies its own challenge", async () => {
  const { id, clientToken } = await challenged(server, "t1");
  const sent = await postAs(server, clientToken, `/v2/challenges/${id}/send`, {});
  expect(sent.body).toMatchObject({ success: true, challenge_id: id });
  const code = server.codeFor("t1@example.com");
  const upper = `/v2/challenges/${id.toUpperCase()}/verify`;
  expect((await postAs(server, clientToken, upper, { code })).body).toMatchObject({ success: true });
});

test("a client token does nothing else", async () => {
  const challenge = await challenged(server, "t2");
  const { id, clientToken } = challenge;
  await challenge.send();
  await challenge.verify(server.codeFor("t2@example.com"));
  const forbidden = [
    await postAs(server, clientToken, `/v2/challenges/${id}/complete`, {}),
    await postAs(server, clientToken, "/v2/evaluate", { action: "login", user: "t2" }),
  ];
  const authorization = `Bearer ${clientToken}`;
  for (const path of ["/v2/challenges", `/v2/challenges/${id}`, "/v2/evaluations", "/v2/users/t2/devices"]) {
    forbidden.push(await rest(server.baseUrl + path, { headers: { authorization } }));
  }
  forbidden.push(
    await rest(`${server.baseUrl}/v2/users/t2`, { method: "DELETE", headers: { authorization } }),
  );
  for (const answer of forbidden) expectError(answer, 403, "permission_denied", "not_permitted");
  expect((await challenge.get()).body.status).toBe("verified");
});

test("of all methods that there are, a client token may call three", async () => {
  const { id, clientToken } = await challenged(server, "t7");
  const passed: string[] = [];
  for (const { typeName, methods } of services) {
    for (const { name } of methods) {
      const answer = await postAs(server, clientToken, `/${typeName}/${name}`, { challengeId: id });
      if (answer.body.code !== "permission_denied") passed.push(name);
    }
  }
  expect(passed.sort()).toEqual(["DescribeChallenge", "SendChallenge", "VerifyChallenge"]);
});

test("a client token is not for another challenge, not even of the same user, project or an unknown one", async () => {
  const { clientToken } = await challenged(server, "t3");
  const others = [
    (await challenged(server, "t4")).id,
    (await askedAgain(server, "t3", { device: "t3's tablet" })).id,
    "01890a5d-ac96-774b-bcce-b302099a8057",
  ];
  for (const id of others) {
    for (const verb of ["send", "verify"]) {
      const answer = await postAs(server, clientToken, `/v2/challenges/${id}/${verb}`, { code: "123456" });
      expectError(answer, 403, "permission_denied", "not_permitted");
    }
  }
});

test("an altered, foreign or old client token is no token", async () => {
  const { id, clientToken } = await challenged(server, "t5");
  const other = await challenged(server, "t6");
  const send = (token: string) => postAs(server, token, `/v2/challenges/${id}/send`, {});
  const [, project = "", challenge = "", expiry = "", tag = ""] =
    /^ruptct_([^.]+)\.([^.]+)\.([^.]+)\.([^.]+)$/.exec(clientToken) ?? [];
  const flipped = (tag.startsWith("A") ? "B" : "A") + tag.slice(1);
  for (const forged of [
    `ruptct_${project}.${challenge}.${expiry}.${flipped}`,
    `ruptct_${project}.${challenge}.zzzzzzzzz.${tag}`,
    `ruptct_${project}.${other.id}.${expiry}.${tag}`,
    `ruptct_${challenge}.${challenge}.${expiry}.${tag}`,
    clientToken.slice(0, -1),
    `${clientToken}x`,
    clientToken.replace("ruptct_", "rupt_"),
  ]) {
    expectError(await send(forged), 401, "unauthenticated", "wrong_secret");
  }
  server.clock.advance({ minutes: 61 });
  expectError(await send(clientToken), 401, "unauthenticated", "wrong_secret");
});
