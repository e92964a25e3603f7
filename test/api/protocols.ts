import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { credentials, Metadata } from "@grpc/grpc-js";
import Rupt from "../../clients/node/src/index.js";
import { EvaluationService } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { Direction, Outcome, Reason, Verdict } from "../../gen/es/rupt/v2/risk_pb.js";
import {
  type EvaluateResponse,
  EvaluationServiceClient,
  EvaluateRequest as GrpcRequest,
} from "../../gen/grpc-js/rupt/v2/evaluation_service.js";
import type { Clock } from "../../server/clock.js";
import type { TestServer } from "../server/test-server.js";

/** REST JSON, of a request or an answer. */
export type Json = Record<string, unknown>;

/** Calls Evaluate with REST JSON in one protocol and answers what came back, as REST JSON. */
export type EvaluateOver = (server: TestServer<Clock>, secret: string, request: Json) => Promise<Json>;

const snake = (name: string) => name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const word = (name: string | undefined) => name?.toLowerCase();

/** Words of the answer's enum fields, by field; `label` is a name in the protos' JSON or a number in a message. */
const enums: Readonly<Record<string, (label: unknown) => string | undefined>> = {
  verdict: (label) =>
    word(typeof label === "number" ? Verdict[label] : String(label).slice("VERDICT_".length)),
  direction: (label) =>
    word(typeof label === "number" ? Direction[label] : String(label).slice("DIRECTION_".length)),
  reason: (label) => word(typeof label === "number" ? Reason[label] : String(label).slice("REASON_".length)),
};

/** A message, or its JSON by the protos' rules, as REST JSON. */
function toRest(message: object): Json {
  const entries = Object.entries(message).flatMap(([name, value]): [string, unknown][] => {
    if (name.startsWith("$") || value === undefined) return [];
    if (name === "reasons") return [[name, value.map(enums.reason)]];
    if (name === "signals") return [[name, value.map(toRest)]];
    return [[snake(name), enums[name]?.(value) ?? value]];
  });
  return Object.fromEntries(entries);
}

/** What REST takes in several spellings, in the one that the protos have. */
function toMessage(request: Json): Json {
  const { fingerprint, outcome, ...others } = request;
  const hashes = typeof fingerprint === "string" ? [fingerprint] : (fingerprint as unknown[] | undefined);
  return {
    ...Object.fromEntries(Object.entries(others).map(([name, value]) => [camel(name), value])),
    ...(hashes === undefined ? {} : { fingerprint: hashes.filter((hash) => typeof hash === "string") }),
    ...(outcome === undefined ? {} : { outcome: outcome === "failed" ? Outcome.FAILED : Outcome.SUCCEEDED }),
  };
}

const headersOf = (secret: string) => ({ authorization: `Bearer ${secret}` });

const overCurl: EvaluateOver = async ({ baseUrl }, secret, request) => {
  const { stdout } = await promisify(execFile)("curl", [
    "-sS",
    "-X",
    "POST",
    `${baseUrl}/v2/devices/evaluate`,
    "-H",
    `Authorization: Bearer ${secret}`,
    "-H",
    "Content-Type: application/json",
    "-d",
    JSON.stringify(request),
  ]);
  return JSON.parse(stdout);
};

const overNodeSdk: EvaluateOver = async ({ baseUrl }, secret, request) => {
  const rupt = new Rupt(secret, { baseUrl, timeoutMs: 30_000 });
  // Through JSON, as the examples are: what a type would not let pass, the service shall judge.
  return { ...(await rupt.evaluate(request as unknown as Parameters<typeof rupt.evaluate>[0])) };
};

const overConnectJson: EvaluateOver = async ({ baseUrl }, secret, request) => {
  const { outcome, ...message } = toMessage(request);
  const answer = await fetch(`${baseUrl}/rupt.v2.EvaluationService/Evaluate`, {
    method: "POST",
    headers: {
      ...headersOf(secret),
      "content-type": "application/json",
      "connect-protocol-version": "1",
    },
    body: JSON.stringify({
      ...message,
      ...(outcome === undefined ? {} : { outcome: `OUTCOME_${Outcome[outcome as Outcome]}` }),
    }),
  });
  return toRest((await answer.json()) as object);
};

const overConnectWeb =
  (transportOf: typeof createConnectTransport, useBinaryFormat: boolean): EvaluateOver =>
  async ({ baseUrl }, secret, request) => {
    const client = createClient(EvaluationService, transportOf({ baseUrl, useBinaryFormat }));
    return toRest(await client.evaluate(toMessage(request), { headers: headersOf(secret) }));
  };

const overGrpc: EvaluateOver = async ({ grpcTarget }, secret, request) => {
  const client = new EvaluationServiceClient(grpcTarget, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${secret}`);
  try {
    const response = await new Promise<EvaluateResponse>((resolve, reject) => {
      client.evaluate(GrpcRequest.fromPartial(toMessage(request) as object), metadata, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
    return toRest(response);
  } finally {
    client.close();
  }
};

/** Every way to call Evaluate. */
export const protocols: Readonly<Record<string, EvaluateOver>> = {
  curl: overCurl,
  "Node SDK": overNodeSdk,
  "Connect JSON": overConnectJson,
  "connect-web": overConnectWeb(createConnectTransport, false),
  "connect-web, binary": overConnectWeb(createConnectTransport, true),
  "gRPC-Web": overConnectWeb(createGrpcWebTransport, true),
  "grpc-js": overGrpc,
};
