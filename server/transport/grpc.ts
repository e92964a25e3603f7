import type { Message } from "@bufbuild/protobuf";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { Tls } from "../config.js";
import { AppError } from "../errors.js";
import { clientAddress, type TrustedProxies } from "../trusted-proxies.js";
import { type BinaryRead, compileBinaryRead } from "./binary-reader.js";
import { compileBinaryWrite } from "./binary-writer.js";
import { statusNumber, toStatusDetails } from "./error-status.js";
import { maxBodyBytes } from "./limits.js";
import { cannotListen } from "./listen.js";
import { answerHeaders, asAppError, type CallInfo, type Endpoint, requestIdFrom } from "./pipeline.js";
import { addReflection } from "./reflection.js";

/** Stands in for a request whose bytes are no message: what grpc-js would make of it is a fault of the server. */
const undecodable: Message = { $typeName: "" };

type Call = ServerUnaryCall<Message, Message>;

function requestOf({ request }: Call): Message {
  if (request !== undecodable) return request;
  throw new AppError("malformed_body", "The request is not the protobuf message that this method takes.");
}

function orUndecodable(read: BinaryRead): BinaryRead {
  return (bytes) => {
    try {
      return read(bytes);
    } catch {
      return undecodable;
    }
  };
}

function first(call: Call, name: string): string | undefined {
  const value = call.metadata.get(name)[0];
  return typeof value === "string" ? value : undefined;
}

/** The other end's address, from `address:port`, which grpc-js writes without brackets around IPv6. */
function peerOf(call: Call): string {
  const peer = call.getPeer();
  return peer.slice(0, peer.lastIndexOf(":"));
}

function callInfo(call: Call, requestId: string, proxies: TrustedProxies): CallInfo {
  const deadline = call.getDeadline();
  const deadlineAt = deadline instanceof Date ? deadline.getTime() : deadline;
  return {
    protocol: "grpc",
    requestId,
    authorization: first(call, "authorization"),
    idempotencyKey: first(call, "idempotency-key"),
    clientAddress: clientAddress(peerOf(call), call.metadata.get("x-forwarded-for").join(","), proxies),
    foreignOrigin: undefined,
    deadlineAt: Number.isFinite(deadlineAt) ? deadlineAt : undefined,
  };
}

function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

async function answer(
  endpoint: Endpoint,
  call: Call,
  proxies: TrustedProxies,
  callback: sendUnaryData<Message>,
): Promise<void> {
  const requestId = requestIdFrom(first(call, "x-request-id"));
  try {
    const response = await endpoint.call(callInfo(call, requestId, proxies), () => requestOf(call));
    call.sendMetadata(metadataOf(answerHeaders(requestId)));
    callback(null, response);
  } catch (thrown) {
    const error = asAppError(thrown);
    const metadata = metadataOf(answerHeaders(requestId, error));
    metadata.set("grpc-status-details-bin", toStatusDetails(error));
    callback({ code: Number(statusNumber(error)), details: error.message, metadata });
  }
}

/** A running gRPC server. */
export interface GrpcServer {
  readonly port: number;
  /** Says over the health service that no calls are wanted any more. */
  leave(): void;
  /** Takes no new calls and resolves when those in flight are answered. */
  close(): Promise<void>;
  /** Cuts off what is still in flight. */
  destroy(): void;
}

/** How to serve gRPC. */
export interface GrpcOptions {
  readonly endpoints: readonly Endpoint[];
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | undefined;
  readonly proxies: TrustedProxies;
}

/** Serves the endpoints over gRPC, with the standard health and reflection services. */
export async function serveGrpc({ endpoints, host, port, tls, proxies }: GrpcOptions): Promise<GrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": maxBodyBytes,
    "grpc.max_connection_idle_ms": 300_000,
    "grpc.keepalive_time_ms": 60_000,
    "grpc.keepalive_timeout_ms": 20_000,
    "grpc.max_concurrent_streams": 1_000,
  });
  const services = new Set(endpoints.map((endpoint) => endpoint.method.parent));
  for (const service of services) {
    const definition: Record<string, ServiceDefinition[string]> = {};
    const handlers: Record<string, (call: Call, callback: sendUnaryData<Message>) => void> = {};
    for (const endpoint of endpoints.filter((candidate) => candidate.method.parent === service)) {
      const { method } = endpoint;
      definition[method.localName] = {
        path: `/${service.typeName}/${method.name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: compileBinaryWrite(method.input),
        requestDeserialize: orUndecodable(compileBinaryRead(method.input)),
        responseSerialize: compileBinaryWrite(method.output),
        responseDeserialize: compileBinaryRead(method.output),
      };
      handlers[method.localName] = (call, callback) => void answer(endpoint, call, proxies, callback);
    }
    server.addService(definition, handlers);
  }

  const names = ["", ...[...services].map((service) => service.typeName)];
  const health = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, "SERVING" as const])),
  );
  health.addToServer(server);
  addReflection(server, endpoints);

  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }]);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host.includes(":") ? `[${host}]` : host}:${port}`, credentials, (error, found) =>
      error ? reject(cannotListen({ host, port, purpose: "gRPC" }, error)) : resolve(found),
    );
  });
  return {
    port: bound,
    leave: () => {
      for (const name of names) health.setStatus(name, "NOT_SERVING");
    },
    close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
    destroy: () => server.forceShutdown(),
  };
}
