import { randomUUID } from "node:crypto";
import type { DescMethod } from "@bufbuild/protobuf";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { AccessListService } from "../../../gen/es/rupt/v2/access_list_service_pb.js";
import { BrowserService } from "../../../gen/es/rupt/v2/browser_service_pb.js";
import { ChallengeService } from "../../../gen/es/rupt/v2/challenge_service_pb.js";
import { EvaluationService } from "../../../gen/es/rupt/v2/evaluation_service_pb.js";
import { PolicyService } from "../../../gen/es/rupt/v2/policy_service_pb.js";
import { UserService } from "../../../gen/es/rupt/v2/user_service_pb.js";
import { readOptions } from "./options.js";

/** How to reach the HTTP port. */
export interface ConnectOptions {
  /** Default: the environment variable `RUPT_BASE_URL`, else `http://localhost:8080`. */
  readonly baseUrl?: string | undefined;
  /** Milliseconds within which a call ends unless it brings a time of its own: 1 to 600,000, default 8,000. */
  readonly timeoutMs?: number | undefined;
  /** Default `1.1`; `2` needs TLS on the server. */
  readonly httpVersion?: "1.1" | "2" | undefined;
  /** Default true: protobuf; false: JSON. In Deno the default is JSON, for its node:https cannot send an empty message over TLS. */
  readonly binary?: boolean | undefined;
}

/** The generated clients. */
export interface ConnectClients {
  readonly evaluations: Client<typeof EvaluationService>;
  readonly challenges: Client<typeof ChallengeService>;
  readonly users: Client<typeof UserService>;
  readonly policies: Client<typeof PolicyService>;
  readonly accessLists: Client<typeof AccessListService>;
  readonly browser: Client<typeof BrowserService>;
}

const idempotentByKey: readonly DescMethod[] = [
  EvaluationService.method.evaluate,
  BrowserService.method.consumeEvaluation,
];

/** Gives every call the secret, and every evaluation an idempotency key unless the call brings its own. */
function standing(secret: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${secret}`);
    if (idempotentByKey.includes(request.method) && !request.header.has("idempotency-key"))
      request.header.set("idempotency-key", randomUUID());
    return next(request);
  };
}

/** Makes the generated clients over Connect. They send the secret with every call and repeat nothing. @throws RuptError when an option cannot be. */
export function createConnectClients(secret: string, options: ConnectOptions = {}): ConnectClients {
  const settings = readOptions(secret, options);
  const transport = createConnectTransport({
    baseUrl: settings.baseUrl,
    httpVersion: options.httpVersion ?? "1.1",
    useBinaryFormat: options.binary ?? !("Deno" in globalThis),
    defaultTimeoutMs: settings.timeoutMs,
    interceptors: [standing(settings.secret)],
  });
  return {
    evaluations: createClient(EvaluationService, transport),
    challenges: createClient(ChallengeService, transport),
    users: createClient(UserService, transport),
    policies: createClient(PolicyService, transport),
    accessLists: createClient(AccessListService, transport),
    browser: createClient(BrowserService, transport),
  };
}
