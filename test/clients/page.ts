// What the tests' page runs in Chromium: the browser SDK's challenge client where a client token is at hand, else connect-web's own.
import { type DescService, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { createChallengeClient } from "rupt/connect";
import { AccessListService } from "../../gen/es/rupt/v2/access_list_service_pb.js";
import { BrowserService } from "../../gen/es/rupt/v2/browser_service_pb.js";
import { ChallengeService } from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { EvaluationService } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { PolicyService } from "../../gen/es/rupt/v2/policy_service_pb.js";
import { UserService } from "../../gen/es/rupt/v2/user_service_pb.js";

/** One call to make. */
export interface Asked {
  readonly protocol: "Connect" | "gRPC-Web";
  readonly service: string;
  /** As in the protos: `Evaluate`. */
  readonly method: string;
  /** The protos' JSON. */
  readonly request: JsonValue;
  /** API secret or client token. */
  readonly bearer: string;
}

/** How it went. */
export type Told =
  | { readonly response: JsonValue }
  | {
      readonly code: number;
      readonly message: string;
      readonly details: readonly { type: string; value: string }[];
    };

type Clients = Readonly<Record<string, (request: unknown, options?: object) => Promise<never>>>;

const services: readonly DescService[] = [
  AccessListService,
  BrowserService,
  ChallengeService,
  EvaluationService,
  PolicyService,
  UserService,
];

const baseUrl = location.origin;
const transports = {
  Connect: createConnectTransport({ baseUrl, useBinaryFormat: true }),
  "gRPC-Web": createGrpcWebTransport({ baseUrl }),
};

/** Makes a call. Throws what is no answer of the server's. */
export async function ask({ protocol, service, method, request, bearer }: Asked): Promise<Told> {
  const found = services.find(({ typeName }) => typeName === service);
  const desc = found?.methods.find(({ name }) => name === method);
  if (found === undefined || desc === undefined) throw new Error(`no ${service}/${method}`);
  const message = fromJson(desc.input, request);
  const isToken = bearer.startsWith("ruptct_");
  try {
    if (protocol === "Connect" && isToken) {
      const client = createChallengeClient({ baseUrl, clientToken: bearer }) as unknown as Clients;
      return { response: toJson(desc.output, (await client[desc.localName]?.(message)) as never) };
    }
    const client = createClient(found, transports[protocol]) as unknown as Clients;
    const headers = { authorization: `Bearer ${bearer}` };
    return { response: toJson(desc.output, (await client[desc.localName]?.(message, { headers })) as never) };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const details = error.details.flatMap((detail) =>
      "type" in detail ? [{ type: detail.type, value: base64Encode(detail.value) }] : [],
    );
    return { code: error.code, message: error.rawMessage, details };
  }
}
