// Carries out what it reads, one JSON object a line, and writes one JSON object for each, with one of this package's clients, in whatever runtime
// it is started: `node conformance.mjs rest|grpc|connect`. The same questions as every language's client is put to:
//
// connect  {baseUrl, target, secret, ca?}  → {}
// call     {method, request, rest}         → {response} or {error: {code, message, reason, violations}}; rest has the request, and then the
//                                            answer, as REST has it, the others as the protos' JSON
// read     {type, binary, json}            → {json, binary}: what was read from `binary` as JSON, and from `json` as binary
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import Rupt, { RuptError } from "@ruptjs/core";
import * as connect from "@ruptjs/core/connect";
import * as grpc from "@ruptjs/core/grpc";

/** Where the clients hold the stubs of a service. */
const stubs = {
  EvaluationService: "evaluations",
  ChallengeService: "challenges",
  UserService: "users",
  PolicyService: "policies",
  AccessListService: "accessLists",
  BrowserService: "browser",
};

const grpcExports = { ...grpc };
const connectExports = { ...connect };

const localName = (name) => name[0].toLowerCase() + name.slice(1);

/** `rupt.v2.EvaluationService/Evaluate` → `["EvaluationService", "Evaluate"]` */
const namesOf = (method) => method.replace("rupt.v2.", "").split("/");

const viaRest = {
  open: ({ baseUrl, secret }) => new Rupt(secret, { baseUrl, timeoutMs: 60_000 }),
  close() {},
  async call(rupt, method, { rest }) {
    const { challenge_id: challenge, evaluation_id: evaluation, ...others } = rest;
    switch (namesOf(method)[1]) {
      case "Evaluate":
        return rupt.evaluate(rest);
      case "ConsumeEvaluation":
        return rupt.consumeEvaluation({ evaluation, ...others });
      case "SendChallenge":
        return rupt.sendChallengeCode({ challenge, ...others });
      case "VerifyChallenge":
        return rupt.verifyChallengeCode(challenge, others.code);
      case "CompleteChallenge":
        return rupt.completeChallenge({ challenge, ...others });
      case "GetChallenge":
        return rupt.getChallenge(challenge);
      case "ListChallenges":
        return rupt.getChallenges(rest);
      default:
        throw new Error(`the REST client has no ${method}`);
    }
  },
  errorOf: (thrown) => (thrown instanceof RuptError ? thrown : undefined),
};

const viaGrpc = {
  open: ({ target, secret, ca }) =>
    grpc.createGrpcClients(target, secret, {
      tls: ca === undefined ? false : { ca: readFileSync(ca) },
      timeoutMs: 60_000,
    }),
  close: (clients) => clients.close(),
  async call(clients, method, { request }) {
    const [service, name] = namesOf(method);
    const stub = clients[stubs[service]];
    const answer = await new Promise((resolve, reject) => {
      stub[localName(name)](grpcExports[`${name}Request`].fromJSON(request), (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
    return grpcExports[`${name}Response`].toJSON(answer);
  },
  errorOf: (thrown) => (typeof thrown.code === "number" ? grpc.grpcErrorOf(thrown) : undefined),
};

const viaConnect = {
  open: ({ baseUrl, secret }) => connect.createConnectClients(secret, { baseUrl, timeoutMs: 60_000 }),
  close() {},
  async call(clients, method, { request }) {
    const [service, name] = namesOf(method);
    const { input, output } = connectExports[service].method[localName(name)];
    const answer = await clients[stubs[service]][localName(name)](fromJson(input, request));
    return toJson(output, answer);
  },
  errorOf: (thrown) => (thrown.name === "ConnectError" ? connect.connectErrorOf(thrown) : undefined),
};

const via = { rest: viaRest, grpc: viaGrpc, connect: viaConnect }[process.argv[2]];
let client;

async function call({ method, ...asked }) {
  try {
    return { response: await via.call(client, method, asked) };
  } catch (thrown) {
    const error = via.errorOf(thrown);
    if (error === undefined) throw thrown;
    const { code, message, reason, details } = error;
    return { error: { code, message, reason, violations: details } };
  }
}

function read({ type, binary, json }) {
  const schema = connectExports[`${type.slice("rupt.v2.".length)}Schema`];
  return {
    json: toJson(schema, fromBinary(schema, Buffer.from(binary, "base64")), { useProtoFieldName: true }),
    binary: Buffer.from(toBinary(schema, fromJson(schema, json))).toString("base64"),
  };
}

const operations = {
  connect(asked) {
    if (client !== undefined) via.close(client);
    client = via.open(asked);
    return {};
  },
  call,
  read,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...asked } = JSON.parse(line);
  let answer;
  try {
    answer = await operations[op](asked);
  } catch (error) {
    answer = { failed: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
