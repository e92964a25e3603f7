import type { Clock } from "../../server/clock.js";
import { type RestAnswer, rest, type TestServer } from "./test-server.js";

/** Where a known user lives. */
export const oslo = "84.208.20.110";
/** Where that user has never been. */
export const california = "8.8.8.8";

/** What a login may bring besides the user. */
export interface Login {
  readonly device?: string;
  readonly ip?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly outcome?: "succeeded" | "failed";
}

/** Evaluates a login. Devices are a user's own unless two users name the same. */
export function login(
  server: TestServer<Clock>,
  user: string,
  { device = `${user}'s laptop`, ip = oslo, ...others }: Login = {},
): Promise<RestAnswer> {
  return server.post("/v2/evaluate", { action: "login", user, fingerprint: device, ip, ...others });
}

/** A challenge by its id. */
export interface Asked {
  readonly id: string;
  /** Of the evaluation that opened it. */
  readonly clientToken: string;
  send(body?: object): Promise<RestAnswer>;
  verify(code: string): Promise<RestAnswer>;
  complete(): Promise<RestAnswer>;
  get(): Promise<RestAnswer>;
}

/** Names a challenge of a server. */
export function challengeOf(server: TestServer<Clock>, id: string, clientToken = ""): Asked {
  const path = `/v2/challenges/${id}`;
  return {
    id,
    clientToken,
    send: (body = {}) => server.post(`${path}/send`, body),
    verify: (code) => server.post(`${path}/verify`, { code }),
    complete: () => server.post(`${path}/complete`),
    get: () => server.get(path),
  };
}

/** A challenge for a login from a new device at a new address. The user has logged in before, with these contacts. */
export async function challenged(
  server: TestServer<Clock>,
  user: string,
  { device = `${user}'s phone`, ip = california, email = `${user}@example.com`, ...others }: Login = {},
): Promise<Asked> {
  await login(server, user, { email, ...others });
  return askedAgain(server, user, { device, ip, email, ...others });
}

/** A further challenge for a user who is known already. */
export async function askedAgain(
  server: TestServer<Clock>,
  user: string,
  { device = `${user}'s phone`, ip = california, ...others }: Login = {},
): Promise<Asked> {
  const { body } = await login(server, user, { device, ip, ...others });
  if (body.verdict !== "challenge") throw new Error(`${user} was not challenged: ${JSON.stringify(body)}`);
  return challengeOf(server, body.challenge_id, body.client_token);
}

/** Codes that are not the given one, as many as are needed. */
export function wrongCodes(right: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) =>
    String((Number(right) + n + 1) % 1_000_000).padStart(6, "0"),
  );
}

/** POSTs JSON with any bearer, such as a client token or another project's secret. */
export function postAs(
  server: TestServer<Clock>,
  bearer: string,
  path: string,
  body: object,
): Promise<RestAnswer> {
  return rest(server.baseUrl + path, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
