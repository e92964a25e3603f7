// One login: evaluate, and where the answer asks for it send → verify → complete. node examples/login.mjs USER FINGERPRINT IP EMAIL
import process from "node:process";
import { createInterface } from "node:readline/promises";
import Rupt, { RuptError } from "@ruptjs/core";

/** Whether the user may come in. `ask` shows where a code went and resolves to what the user typed. */
export async function login(rupt, attempt, ask) {
  const { verdict, reasons, challenge_id } = await rupt.evaluate(attempt, {
    signal: AbortSignal.timeout(2_000),
  });
  console.log(verdict, reasons);
  if (challenge_id === undefined) return verdict === "allow";
  const { destination } = await rupt.sendChallengeCode(challenge_id);
  const { success } = await rupt.verifyChallengeCode(challenge_id, await ask(destination));
  return success && (await rupt.completeChallenge(challenge_id)).success;
}

const [user, fingerprint, ip, email] = process.argv.slice(2);
const terminal = createInterface({ input: process.stdin, output: process.stdout });
try {
  // Repeats what is safe to repeat; each call ends within timeoutMs, with all its repeats.
  const rupt = new Rupt(process.env.RUPT_SECRET, { baseUrl: process.env.RUPT_BASE_URL, timeoutMs: 5_000 });
  const attempt = { action: "login", user, fingerprint, ip, email };
  const ask = async (destination) => (await terminal.question(`Code sent to ${destination}: `)).trim();
  console.log((await login(rupt, attempt, ask)) ? "in" : "out");
} catch (error) {
  if (!(error instanceof RuptError)) throw error;
  console.error(`${error.code}: ${error.reason}`, error.details, error.retryAfterSeconds ?? "");
  process.exitCode = 1;
} finally {
  terminal.close();
}
