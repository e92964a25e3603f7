import { afterAll, beforeAll, expect, test } from "vitest";
import { rawHttp } from "../server/raw-http.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test("fifty callers that stop in the middle hold no one up, and are let go after a while", async () => {
  const head = `POST /v2/evaluate HTTP/1.1\r\nhost: t\r\nauthorization: Bearer ${server.secret}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"act`;
  const stuck = Array.from({ length: 50 }, (_, n) =>
    rawHttp(server.baseUrl, [n % 2 === 0 ? head : head.slice(0, 40)]),
  );
  expect((await server.get("/v2/evaluations")).status).toBe(200);
  for (const { status } of await Promise.all(stuck)) expect(status).toBe(408);
});
