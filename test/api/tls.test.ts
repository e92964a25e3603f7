import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, getExtension } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type ChannelCredentials, Client, credentials, Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { http } from "../../gen/es/google/api/annotations_pb.js";
import { EvaluateRequest, EvaluationServiceClient } from "../../gen/grpc-js/rupt/v2/evaluation_service.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let folder: string;
let server: TestServer<TestClock>;
let ca: Buffer;
let channel: ChannelCredentials;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rupt-tls-"));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ].concat(["-keyout", key, "-out", cert], subject),
    { stdio: "ignore" },
  );
  ca = readFileSync(cert);
  channel = credentials.createSsl(ca);
  server = await startTestServer({ env: { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const attempt = { action: "login", user: "tls", fingerprint: ["print"], ip: "84.208.20.110" };

/** POSTs over HTTP/1.1 and TLS. */
function post(path: string, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${server.secret}`, "content-type": "application/json" };
    const call = request(server.baseUrl + path, { method: "POST", ca, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    call.on("error", reject);
    call.end(body);
  });
}

describe("TLS", () => {
  test("REST over HTTP/1.1, small and too large", async () => {
    const answer = await post("/v2/evaluate", JSON.stringify(attempt));
    expect([answer.status, JSON.parse(answer.body).verdict]).toEqual([200, "allow"]);
    expect((await post("/v2/evaluate", "x".repeat(1_000_000))).status).toBe(413);
  });

  test("REST over HTTP/2, good and bad", async () => {
    const session = connectHttp2(server.baseUrl, { ca });
    const call = (path: string, body: string) =>
      new Promise<{ status: unknown; body: string }>((resolve, reject) => {
        const stream = session.request({
          ":method": "POST",
          ":path": path,
          authorization: `Bearer ${server.secret}`,
          "content-type": "application/json",
        });
        let status: unknown;
        let text = "";
        stream.on("response", (headers) => {
          status = headers[":status"];
        });
        stream.on("data", (chunk) => {
          text += String(chunk);
        });
        stream.on("end", () => resolve({ status, body: text }));
        stream.on("error", reject);
        stream.end(body);
      });
    const good = await call("/v2/evaluate", JSON.stringify(attempt));
    expect([good.status, JSON.parse(good.body).verdict]).toEqual([200, "allow"]);
    expect((await call("/v2/evaluate", "{broken")).status).toBe(400);
    expect((await call("/v2/nothing", "{}")).status).toBe(404);
    session.close();
  });

  test("gRPC", async () => {
    const client = new EvaluationServiceClient(server.grpcTarget, channel);
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${server.secret}`);
    const id = await new Promise<string>((resolve, reject) => {
      client.evaluate(EvaluateRequest.fromPartial(attempt), metadata, (error, answer) =>
        error ? reject(error) : resolve(answer.evaluationId),
      );
    });
    client.close();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("plain text is not answered", async () => {
    await expect(fetch(server.baseUrl.replace("https", "http"))).rejects.toThrow();
  });
});

/** One length-delimited field of a message, for the few that these tests write and read by hand. */
function field(number: number, text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([(number << 3) | 2, body.length]), body]);
}

/** The length-delimited fields of a message. */
function fieldsOf(message: Buffer): { readonly number: number; readonly body: Buffer }[] {
  const found: { number: number; body: Buffer }[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    if ((tag & 7) === 0) varint();
    else {
      const length = varint();
      found.push({ number: tag >> 3, body: message.subarray(at, at + length) });
      at += length;
    }
  }
  return found;
}

const asIs = (value: Buffer) => value;

describe("the standard services of gRPC", () => {
  let client: Client;
  beforeAll(() => {
    client = new Client(server.grpcTarget, channel);
  });
  afterAll(() => client.close());

  const check = (service: string) =>
    new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(
        "/grpc.health.v1.Health/Check",
        asIs,
        asIs,
        field(1, service),
        (error, answer) => (error ? reject(error) : resolve(answer ?? Buffer.alloc(0))),
      );
    });

  const reflect = (request: Buffer, version = "v1") =>
    new Promise<Buffer>((resolve, reject) => {
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      const stream = client.makeBidiStreamRequest(path, asIs, asIs);
      stream.once("data", resolve);
      stream.once("error", reject);
      stream.write(request);
      stream.end();
    });

  test("health: SERVING for the server and each service, NOT_FOUND for others", async () => {
    for (const service of [
      "",
      "rupt.v2.EvaluationService",
      "rupt.v2.ChallengeService",
      "rupt.v2.UserService",
    ])
      expect(await check(service)).toEqual(Buffer.from([8, 1]));
    await expect(check("rupt.v2.Nothing")).rejects.toMatchObject({ code: 5 });
  });

  test.each(["v1", "v1alpha"])("reflection %s lists the services", async (version) => {
    const answer = fieldsOf(await reflect(field(7, ""), version));
    const list = answer.find(({ number }) => number === 6)?.body ?? Buffer.alloc(0);
    const names = fieldsOf(list).map(({ body }) => String(fieldsOf(body)[0]?.body));
    expect(names).toEqual(
      expect.arrayContaining([
        "rupt.v2.EvaluationService",
        "rupt.v2.ChallengeService",
        "rupt.v2.UserService",
      ]),
    );
  });

  test("reflection shows methods with the REST routes of their annotations", async () => {
    const answer = fieldsOf(await reflect(field(4, "rupt.v2.EvaluationService.Evaluate")));
    const files = fieldsOf(answer.find(({ number }) => number === 4)?.body ?? Buffer.alloc(0));
    const described = files.map(({ body }) => fromBinary(FileDescriptorProtoSchema, body));
    const file = described.find(({ name }) => name === "rupt/v2/evaluation_service.proto");
    const method = file?.service[0]?.method.find(({ name }) => name === "Evaluate");
    expect(method?.inputType).toBe(".rupt.v2.EvaluateRequest");
    const options = method?.options;
    expect(options && getExtension(options, http).pattern.value).toBe("/v2/devices/evaluate");
  });
});
