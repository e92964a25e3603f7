import { afterAll, beforeAll, expect, test } from "vitest";
import { startTwin } from "../races/twin.js";
import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";
import { type Asked, askedAgain, challenged, postAs } from "../server/user-calls.js";
import { expectError } from "./expect-error.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Enters the right code in a browser, which has nothing but the client token. */
async function verifiedInBrowser({ id, clientToken }: Asked, user: string) {
  await postAs(server, clientToken, `/v2/challenges/${id}/send`, {});
  const code = server.codeFor(`${user}@example.com`);
  return (await postAs(server, clientToken, `/v2/challenges/${id}/verify`, { code })).body;
}

const complete = ({ id }: Asked, body: unknown) => server.post(`/v2/challenges/${id}/complete`, body);

test("whoever enters the right code in a browser gets a proof, and it completes the challenge once", async () => {
  const challenge = await challenged(server, "p1");
  const { proof, ...verified } = await verifiedInBrowser(challenge, "p1");
  expect(verified).toEqual({ success: true, status: "verified", attempts_remaining: 4 });
  expect(proof).toMatch(/^ruptpf_[\w-]{43}$/);
  expect((await complete(challenge, { proof })).body).toEqual({ success: true, first: true });
  expect((await complete(challenge, { proof })).body).toEqual({ success: true, first: false });
  expect((await complete(challenge, {})).body).toEqual({ success: true });
});

test("of many calls with the proof at once, to two servers, one is the first", async () => {
  const twin = await startTwin(server);
  const challenge = await challenged(server, "p2");
  const { proof } = await verifiedInBrowser(challenge, "p2");
  const path = `/v2/challenges/${challenge.id}/complete`;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? server : twin).post(path, { proof })),
  );
  await twin.stop();
  expect(answers.filter(({ body }) => body.first === true)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.first === false)).toHaveLength(19);
});

test("nobody else gets one: not the API secret, not a wrong code, not the client token after the fact", async () => {
  const challenge = await challenged(server, "p3");
  const { id, clientToken } = challenge;
  await challenge.send();
  const code = server.codeFor("p3@example.com");
  const wrong = code === "000000" ? "000001" : "000000";
  const verify = async (digits: string) =>
    (await postAs(server, clientToken, `/v2/challenges/${id}/verify`, { code: digits })).body;
  expect(await verify(wrong)).toEqual({ success: false, status: "sent", attempts_remaining: 4 });
  expect(await verify(code)).toHaveProperty("proof");
  expect(await verify(code)).toEqual({ success: false, status: "verified", attempts_remaining: 3 });
  const headers = { authorization: `Bearer ${clientToken}` };
  const described = await rest(`${server.baseUrl}/v2/challenges/${id}/describe`, { headers });
  expect(JSON.stringify(described.body)).not.toContain("ruptpf_");

  const other = await challenged(server, "p4");
  await other.send();
  expect((await other.verify(server.codeFor("p4@example.com"))).body).not.toHaveProperty("proof");
});

test("a wrong, foreign, cut, empty or early proof completes nothing", async () => {
  const mine = await challenged(server, "p5");
  const { proof } = await verifiedInBrowser(mine, "p5");
  const foreign = await askedAgain(server, "p5", { device: "p5's tablet" });
  const { proof: foreignProof } = await verifiedInBrowser(foreign, "p5");
  const flipped = `${proof.slice(0, 7)}${proof[7] === "A" ? "B" : "A"}${proof.slice(8)}`;
  for (const forged of ["", "x", "ruptpf_", foreignProof, flipped, proof.slice(0, -1), proof.slice(7)])
    expectError(await complete(mine, { proof: forged }), 403, "permission_denied", "wrong_proof");
  expectError(await complete(mine, { proof: "x".repeat(257) }), 400, "invalid_argument", "invalid_field");
  expect((await mine.get()).body.status).toBe("verified");
  expect((await complete(mine, { proof })).body).toEqual({ success: true, first: true });
});

test("with the right proof the challenge must still be verified, and be this project's", async () => {
  const challenge = await challenged(server, "p6");
  expectError(
    await complete({ ...challenge, id: "01890a5d-ac96-774b-bcce-b302099a8057" }, { proof: "ruptpf_x" }),
    404,
    "not_found",
    "challenge_not_found",
  );
  const { proof } = await verifiedInBrowser(challenge, "p6");
  server.clock.advance({ minutes: 11 });
  expectError(await complete(challenge, { proof }), 400, "failed_precondition", "challenge_expired");
});
