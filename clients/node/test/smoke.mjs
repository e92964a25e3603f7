// Goes through the seed's four calls with the built SDK, as plain JavaScript: `RUPT_BASE_URL=… RUPT_SECRET=… node smoke.mjs`, also in Bun
// and Deno. Reads the code from the development inbox. Ends with 0 when all went well.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import process from "node:process";
import Rupt, { RuptError } from "../dist/clients/node/src/index.js";

const baseUrl = process.env.RUPT_BASE_URL;
const secret = process.env.RUPT_SECRET;
if (!baseUrl || !secret) throw new Error("set RUPT_BASE_URL and RUPT_SECRET");

async function codeFor(email) {
  const answer = await fetch(`${baseUrl}/inbox`, { headers: { accept: "application/json" } });
  const { data } = await answer.json();
  return data.find(({ to }) => to === email).code;
}

const runtime = globalThis.Deno
  ? `Deno ${globalThis.Deno.version.deno}`
  : process.versions.bun
    ? `Bun ${process.versions.bun}`
    : `Node ${process.versions.node}`;
const rupt = new Rupt(secret, { baseUrl });
const user = `smoke-${randomUUID()}`;
const email = `${user}@example.com`;
const attempt = { action: "login", user, email };

const first = await rupt.evaluate({ ...attempt, fingerprint: [`laptop-${user}`], ip: "84.208.20.110" });
assert.equal(first.verdict, "allow");
const abroad = { ...attempt, fingerprint: [`phone-${user}`], ip: "8.8.8.8" };
const res = await rupt.evaluate(abroad);
assert.equal(res.verdict, "challenge");
const { challenge_id } = await rupt.sendChallengeCode(res.challenge_id);
assert.equal(challenge_id, res.challenge_id);
const code = await codeFor(email);
const wrong = code === "000000" ? "000001" : "000000";
assert.equal((await rupt.verifyChallengeCode({ challenge: challenge_id, code: wrong })).success, false);
assert.equal((await rupt.verifyChallengeCode(challenge_id, code)).success, true);
assert.equal((await rupt.completeChallenge(challenge_id)).success, true);
assert.equal((await rupt.getChallenge(challenge_id)).status, "completed");
assert.equal((await rupt.evaluate(abroad)).verdict, "allow");
assert.ok((await rupt.getChallenges({ limit: 1 })).total >= 1);

const refused = (reason) => (error) => error instanceof RuptError && error.reason === reason;
await assert.rejects(
  new Rupt("not-a-secret-of-anybody-0123456789", { baseUrl }).getChallenges(),
  refused("wrong_secret"),
);
await assert.rejects(
  new Rupt(secret, { baseUrl: "http://127.0.0.1:1", retries: 0 }).getChallenges(),
  refused("unreachable"),
);
const silent = createServer(() => {});
await new Promise((resolve) => silent.listen(0, "127.0.0.1", resolve));
const hanging = new Rupt(secret, { baseUrl: `http://127.0.0.1:${silent.address().port}`, timeoutMs: 200 });
await assert.rejects(hanging.getChallenges(), refused("timed_out"));

console.log(`smoke: ${runtime} passed`);
process.exit(0);
