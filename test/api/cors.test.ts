import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

const allowed = "https://app.example.com";
const stranger = "https://evil.example.com";

let server: TestServer<TestClock>;
let clientId: string;
let clientToken: string;
let challengeId: string;

beforeAll(async () => {
  server = await startTestServer();
  const { projects } = server.foundation;
  await projects.set("test", "allowed-origins", `${allowed},http://localhost:5173`);
  await projects.create("neighbour");
  await projects.set("neighbour", "allowed-origins", "https://neighbour.example.com");
  clientId = (await projects.rotatePublicClient("test", 0)).clientId;
  const login = (fingerprint: string, ip: string) =>
    server.post("/v2/devices/evaluate", { action: "login", user: "u", fingerprint, ip, email: "u@x.dev" });
  await login("laptop", "84.208.20.110");
  ({ client_token: clientToken, challenge_id: challengeId } = (await login("phone", "8.8.8.8")).body);
});
afterAll(() => server.stop());

const cors = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => name.startsWith("access-control-")).sort();

const preflight = (path: string, origin: string, method = "POST") =>
  fetch(server.baseUrl + path, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": "authorization,content-type",
    },
  });

const call = (path: string, origin: string | undefined, bearer: string, headers: HeadersInit = {}) =>
  fetch(server.baseUrl + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${bearer}`,
      "content-type": "application/json",
      ...(origin === undefined ? {} : { origin }),
      ...headers,
    },
    body: JSON.stringify({ action: "login", challengeId, code: "123456" }),
  });

describe("a preflight", () => {
  test.each([
    ["/v2/browser/evaluate", "POST"],
    ["/rupt.v2.BrowserService/EvaluateInBrowser", "POST"],
    ["/v2/challenges/01890a5d-ac96-774b-bcce-b302099a8057/send", "POST"],
    ["/v2/challenges/01890a5d-ac96-774b-bcce-b302099a8057/verify", "POST"],
    ["/v2/challenges/01890a5d-ac96-774b-bcce-b302099a8057/describe", "GET"],
    ["/rupt.v2.ChallengeService/VerifyChallenge", "POST"],
  ])("of %s is answered for the exact origins that a project allows", async (path, method) => {
    for (const origin of [allowed, "http://localhost:5173", "https://neighbour.example.com"]) {
      const answer = await preflight(path, origin, method);
      expect(answer.status).toBe(204);
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
      expect(answer.headers.get("access-control-allow-methods")).toBe(method);
      expect(answer.headers.get("access-control-allow-headers")).toContain("authorization");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(answer.headers.get("vary")).toContain("origin");
    }
    for (const origin of [
      stranger,
      `${allowed}.evil.com`,
      "http://app.example.com",
      `${allowed}:8443`,
      "null",
    ]) {
      const answer = await preflight(path, origin, method);
      expect(answer.status).not.toBe(204);
      expect(cors(answer)).toEqual([]);
    }
  });

  test.each([
    "/v2/devices/evaluate",
    "/v2/evaluations",
    "/v2/evaluations/01890a5d-ac96-774b-bcce-b302099a8057/consume",
    "/v2/challenges/01890a5d-ac96-774b-bcce-b302099a8057/complete",
    "/rupt.v2.EvaluationService/Evaluate",
    "/rupt.v2.UserService/EraseUser",
    "/v2/nothing",
    "/healthz",
  ])("of %s, which takes the secret, allows nothing", async (path) => {
    expect(cors(await preflight(path, allowed))).toEqual([]);
    expect(cors(await preflight(path, allowed, "GET"))).toEqual([]);
  });
});

describe("a call", () => {
  const paths = [
    ["/v2/browser/evaluate", () => clientId],
    ["/rupt.v2.BrowserService/EvaluateInBrowser", () => clientId],
    [`/v2/challenges/ID/verify`, () => clientToken],
    ["/rupt.v2.ChallengeService/VerifyChallenge", () => clientToken],
  ] as const;

  test.each(paths)(
    "of %s can be read by pages of an allowed origin, and is refused to others",
    async (path, bearer) => {
      const at = path.replace("ID", challengeId);
      const good = await call(at, allowed, bearer());
      expect(good.status).toBe(200);
      expect(good.headers.get("access-control-allow-origin")).toBe(allowed);
      expect(good.headers.get("access-control-expose-headers")).toContain("retry-after");
      expect(good.headers.get("vary")).toContain("origin");
      // No cookie or other credential of the browser's is ever wanted, nor any origin at all.
      expect(cors(good)).toEqual(["access-control-allow-origin", "access-control-expose-headers"]);
      for (const origin of [stranger, "https://neighbour.example.com", "null"]) {
        const bad = await call(at, origin, bearer());
        expect(bad.status).toBe(403);
        expect(cors(bad)).toEqual([]);
        expect(bad.headers.get("vary")).toContain("origin");
        expect(await bad.text()).toContain("origin");
      }
    },
  );

  test("that fails can be read, too", async () => {
    const answer = await call("/v2/evaluations", allowed, clientId);
    expect(answer.status).toBe(405);
    const refused = await call(`/v2/challenges/${challengeId}/send`, allowed, clientToken, {
      "content-type": "text/plain",
    });
    expect(refused.status).toBe(415);
    expect(refused.headers.get("access-control-allow-origin")).toBe(allowed);
  });

  test("from the server's own page needs no setting", async () => {
    const path = `/v2/challenges/${challengeId}/verify`;
    expect((await call(path, server.baseUrl, clientToken)).status).toBe(200);
    expect((await call(path, stranger, clientToken, { "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await call(path, undefined, clientToken)).status).toBe(200);
  });

  test("with the secret is answered, but no page may read it", async () => {
    const answer = await call("/v2/devices/evaluate", allowed, server.secret);
    expect(cors(answer)).toEqual([]);
    const send = await call(`/v2/challenges/${challengeId}/send`, allowed, server.secret);
    expect(send.status).toBe(200);
    expect(cors(send)).toEqual([]);
  });
});
