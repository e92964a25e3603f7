import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";

/** A second server on the database, the clock and the project of a first; `env` as its own. */
export async function startTwin(
  first: TestServer<TestClock>,
  env: Readonly<Record<string, string>> = {},
): Promise<TestServer<TestClock>> {
  const second = await startTestServer({ clock: first.clock, databaseUrl: first.databaseUrl, env });
  const authorization = `Bearer ${first.secret}`;
  return {
    ...second,
    secret: first.secret,
    post: (path, body, headers = {}) =>
      rest(second.baseUrl + path, {
        method: "POST",
        headers: { authorization, "content-type": "application/json", ...headers },
        body: JSON.stringify(body ?? {}),
      }),
    get: (path) => rest(second.baseUrl + path, { headers: { authorization } }),
  };
}
