import type { Clock } from "../../server/clock.js";
import type { RestAnswer, TestServer } from "../server/test-server.js";

/** An address in Norway, and one in California. */
export const home = "84.208.20.110";
export const abroad = "8.8.8.8";

/** An opened challenge. */
export interface Asked {
  readonly challengeId: string;
  readonly evaluationId: string;
  readonly clientToken: string;
  send(body?: object): Promise<RestAnswer>;
  verify(code: string): Promise<RestAnswer>;
  complete(): Promise<RestAnswer>;
  get(): Promise<RestAnswer>;
}

/** Who is challenged and how to reach them. */
export interface Person {
  readonly user: string;
  readonly email?: string;
  readonly phone?: string;
}

let devices = 0;

/** Judges an attempt of a person. */
export function login(
  server: TestServer<Clock>,
  person: Person,
  { fingerprint, ip }: { fingerprint: string; ip: string },
): Promise<RestAnswer> {
  return server.post("/v2/devices/evaluate", { action: "login", ...person, fingerprint, ip });
}

/** Logs a person in at home, then from a new device abroad, which asks for a challenge. */
export async function ask(server: TestServer<Clock>, person: Person, ip = abroad): Promise<Asked> {
  devices += 1;
  await login(server, person, { fingerprint: `home ${person.user}`, ip: home });
  const { body } = await login(server, person, { fingerprint: `device ${devices}`, ip });
  if (typeof body.challenge_id !== "string") throw new Error(`no challenge: ${JSON.stringify(body)}`);
  const path = `/v2/challenges/${body.challenge_id}`;
  return {
    challengeId: body.challenge_id,
    evaluationId: body.evaluation_id,
    clientToken: body.client_token,
    send: (request) => server.post(`${path}/send`, request),
    verify: (code) => server.post(`${path}/verify`, { code }),
    complete: () => server.post(`${path}/complete`),
    get: () => server.get(path),
  };
}

/** The six digits in a text. */
export function codeIn(text: string | undefined): string {
  const code = /(?<!\d)\d{6}(?!\d)/.exec(text ?? "")?.[0];
  if (code === undefined) throw new Error(`no code in: ${text}`);
  return code;
}

/** A code that is not this one. */
export function otherThan(code: string): string {
  return code === "000000" ? "000001" : "000000";
}
