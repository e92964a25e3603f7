import { randomUUID } from "node:crypto";
import { type ClientOptions, credentials, InterceptingCall, type Interceptor } from "@grpc/grpc-js";
import { AccessListServiceClient } from "../../../gen/grpc-js/rupt/v2/access_list_service.js";
import { BrowserServiceClient, BrowserServiceService } from "../../../gen/grpc-js/rupt/v2/browser_service.js";
import { ChallengeServiceClient } from "../../../gen/grpc-js/rupt/v2/challenge_service.js";
import {
  EvaluationServiceClient,
  EvaluationServiceService,
} from "../../../gen/grpc-js/rupt/v2/evaluation_service.js";
import { PolicyServiceClient } from "../../../gen/grpc-js/rupt/v2/policy_service.js";
import { UserServiceClient } from "../../../gen/grpc-js/rupt/v2/user_service.js";
import { invalidUse } from "./error.js";
import { grpcServiceConfig } from "./grpc-service-config.js";
import { checkSecret } from "./options.js";

/** Whom to trust over TLS, and who we are. All PEM. */
export interface GrpcTls {
  /** Certificates to trust; default: those of Node. */
  readonly ca?: Buffer | undefined;
  /** A client certificate, with its `key`. */
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/** How to reach the gRPC port. */
export interface GrpcOptions {
  /** Default true. `false` sends the secret in clear: for this machine or a network that is yours. */
  readonly tls?: boolean | GrpcTls | undefined;
  /** Milliseconds within which a call ends unless it brings a deadline of its own: 1 to 600,000, default 8,000. */
  readonly timeoutMs?: number | undefined;
  /** Further options of grpc-js; they win. */
  readonly channel?: ClientOptions | undefined;
}

/** The generated clients over one channel. */
export interface GrpcClients {
  readonly evaluations: EvaluationServiceClient;
  readonly challenges: ChallengeServiceClient;
  readonly users: UserServiceClient;
  readonly policies: PolicyServiceClient;
  readonly accessLists: AccessListServiceClient;
  readonly browser: BrowserServiceClient;
  /** Ends the channel; calls in flight fail. */
  close(): void;
}

const idempotentByKey: readonly string[] = [
  EvaluationServiceService.evaluate.path,
  BrowserServiceService.consumeEvaluation.path,
];

/** Gives every call the secret and a deadline, and every evaluation an idempotency key, unless the call brings its own. */
function standing(secret: string, timeoutMs: number): Interceptor {
  return (options, nextCall) => {
    const deadline = options.deadline ?? Date.now() + timeoutMs;
    return new InterceptingCall(nextCall({ ...options, deadline }), {
      start(metadata, listener, next) {
        metadata.set("authorization", `Bearer ${secret}`);
        if (
          idempotentByKey.includes(options.method_definition.path) &&
          metadata.get("idempotency-key").length === 0
        )
          metadata.set("idempotency-key", randomUUID());
        next(metadata, listener);
      },
    });
  };
}

/**
 * Makes the generated clients for a gRPC port, `host:port`. They send the secret with every call, give up after `timeoutMs`, and repeat
 * what is safe to repeat. @throws RuptError when the secret or an option cannot be.
 */
export function createGrpcClients(target: string, secret: string, options: GrpcOptions = {}): GrpcClients {
  const { tls = true, timeoutMs = 8_000 } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 600_000)
    throw invalidUse("timeoutMs", "must be a whole number from 1 to 600000");
  const { ca, cert, key } = typeof tls === "object" ? tls : {};
  const channelCredentials =
    tls === false
      ? credentials.createInsecure()
      : credentials.createSsl(ca ?? null, key ?? null, cert ?? null);
  const clientOptions: ClientOptions = {
    "grpc.service_config": JSON.stringify(grpcServiceConfig),
    interceptors: [standing(checkSecret(secret), timeoutMs)],
    ...options.channel,
  };
  const evaluations = new EvaluationServiceClient(target, channelCredentials, clientOptions);
  const shared: ClientOptions = { ...clientOptions, channelOverride: evaluations.getChannel() };
  return {
    evaluations,
    challenges: new ChallengeServiceClient(target, channelCredentials, shared),
    users: new UserServiceClient(target, channelCredentials, shared),
    policies: new PolicyServiceClient(target, channelCredentials, shared),
    accessLists: new AccessListServiceClient(target, channelCredentials, shared),
    browser: new BrowserServiceClient(target, channelCredentials, shared),
    close: () => evaluations.close(),
  };
}
