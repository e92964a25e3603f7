import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawAnswer, rawHttp } from "../server/raw-http.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { expectError, rowCounts } from "./expect-error.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const evaluateJson = JSON.stringify({ action: "login", user: "bytes", ip: "84.208.20.110" });

/** One request, on a connection that the server is to close after it. */
function send(lines: readonly string[], body: string | Buffer = ""): Promise<RawAnswer> {
  const head = [...lines, "host: test", "connection: close", `authorization: Bearer ${server.secret}`];
  return rawHttp(server.baseUrl, [`${head.join("\r\n")}\r\n\r\n`, body]);
}

const post = (path: string, body: string | Buffer, ...lines: readonly string[]) =>
  send(
    [
      `POST ${path} HTTP/1.1`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      ...lines,
    ],
    body,
  );

describe("bodies that are too large", () => {
  const big = Buffer.alloc(10 * 1024 * 1024, "x");
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000, "x"), Buffer.from("\r\n")]);

  test.each([
    ["with its length", [`content-length: ${big.length}`], [big]],
    ["in chunks", ["transfer-encoding: chunked"], [...Array(160).fill(chunk), Buffer.from("0\r\n\r\n")]],
  ])("10 MB %s: the answer arrives, and says 413", async (_, lines, body) => {
    const before = await rowCounts(server);
    for (const authorization of [`authorization: Bearer ${server.secret}`, "x-no: secret"]) {
      const head = [
        "POST /v2/evaluate HTTP/1.1",
        "host: test",
        "content-type: application/json",
        authorization,
      ];
      const answer = await rawHttp(server.baseUrl, [`${[...head, ...lines].join("\r\n")}\r\n\r\n`, ...body]);
      if (authorization.startsWith("x-no")) expect(answer.status).toBe(401);
      else expectError(answer, 413, "resource_exhausted", "body_too_large");
      expect(answer.headers.connection).toBe("close");
    }
    expect(await rowCounts(server)).toEqual(before);
  });

  test("64 KiB is the limit, to the byte", async () => {
    const padded = (bytes: number) => evaluateJson + " ".repeat(bytes - evaluateJson.length);
    expect((await post("/v2/evaluate", padded(65_536))).status).toBe(200);
    expectError(await post("/v2/evaluate", padded(65_537)), 413, "resource_exhausted", "body_too_large");
  });
});

describe("bytes that are no proper request", () => {
  test("invalid UTF-8 in the body", async () => {
    const body = Buffer.concat([
      Buffer.from('{"action":"login","user":"'),
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    expectError(await post("/v2/evaluate", body), 400, "invalid_argument", "malformed_body");
  });

  test.each([
    ["/v2/users/%ff/devices", 400, "invalid_argument", "invalid_field"],
    ["/v2/users/%zz/devices", 400, "invalid_argument", "invalid_field"],
    ["/v2/users/%00/devices", 400, "invalid_argument", "invalid_field"],
    ["/v2/users/a%0ab/devices", 400, "invalid_argument", "invalid_field"],
    ["/v2/users//devices", 404, "not_found", "unknown_path"],
    ["/v2/users/../devices", 404, "not_found", "user_not_found"],
    ["/v2/users/%2e%2e%2fadmin/devices", 404, "not_found", "user_not_found"],
    ["/v2/../v2/evaluations", 404, "not_found", "unknown_path"],
    ["//v2/evaluations", 404, "not_found", "unknown_path"],
    ["/v2/evaluations/", 404, "not_found", "unknown_path"],
    ["/V2/evaluations", 404, "not_found", "unknown_path"],
    ["*", 404, "not_found", "unknown_path"],
  ])("GET %s", async (path, status, code, reason) => {
    expectError(await send([`GET ${path} HTTP/1.1`]), status, code, reason);
  });

  test("a user id travels through a path whatever it holds", async () => {
    const user = "a/b c%d?e#f&g=ü☃";
    const { status } = await server.post("/v2/evaluate", {
      action: "login",
      user,
      fingerprint: "path-print",
    });
    expect(status).toBe(200);
    const answer = await send([`GET /v2/users/${encodeURIComponent(user)}/devices HTTP/1.1`]);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).total).toBe(1);
    for (const encoded of [encodeURIComponent(user), encodeURIComponent(user).replace("%3F", "?")]) {
      const listed = await send([`GET /v2/evaluations?user=${encoded} HTTP/1.1`]);
      expect(JSON.parse(listed.body).total).toBe(1);
    }
  });

  test("a second Authorization header does not count", async () => {
    const lines = [
      "POST /v2/evaluate HTTP/1.1",
      "content-type: application/json",
      "authorization: Bearer no",
    ];
    const answer = await send([...lines, `content-length: ${evaluateJson.length}`], evaluateJson);
    expectError(answer, 401, "unauthenticated", "wrong_secret");
  });

  test("huge headers, a header without a name, two lengths, and no HTTP at all are refused", async () => {
    expect((await send(["GET /healthz HTTP/1.1", `x-big: ${"x".repeat(100_000)}`])).status).toBe(431);
    expect((await send(["GET /healthz HTTP/1.1", ": no name"])).status).toBe(400);
    expect(
      (await send(["POST /v2/evaluate HTTP/1.1", "content-length: 2", "content-length: 3"], "{}")).status,
    ).toBe(400);
    expect(
      (await send(["POST /v2/evaluate HTTP/1.1", "content-length: 2", "transfer-encoding: chunked"], "{}"))
        .status,
    ).toBe(400);
    expect((await rawHttp(server.baseUrl, ["\x16\x03\x01 this is no HTTP\r\n\r\n"])).status).toBe(400);
  });

  test("a caller that asks before it sends its body is told to go on", async () => {
    const answer = await post("/v2/evaluate", evaluateJson, "expect: 100-continue");
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).verdict).toBe("allow");
  });

  test("HEAD is answered without a body", async () => {
    const health = await send(["HEAD /healthz HTTP/1.1"]);
    expect([health.status, health.body]).toEqual([200, ""]);
    const listed = await send(["HEAD /v2/evaluations HTTP/1.1"]);
    expect([listed.status, listed.headers.allow, listed.body]).toEqual([405, "GET", ""]);
  });
});

describe("requests that never come to their end", () => {
  test("half a body, then the end of the connection: nothing is recorded, and the server goes on", async () => {
    const before = await rowCounts(server);
    const { hostname, port } = new URL(server.baseUrl);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        const head = `POST /v2/evaluate HTTP/1.1\r\nhost: t\r\nauthorization: Bearer ${server.secret}\r\ncontent-type: application/json\r\ncontent-length: ${evaluateJson.length}\r\n\r\n`;
        socket.write(head + evaluateJson.slice(0, 20), () => socket.destroy());
      });
      socket.once("close", () => resolve());
    });
    expect((await server.get("/v2/evaluations")).status).toBe(200);
    expect(await rowCounts(server)).toEqual(before);
  });
});
