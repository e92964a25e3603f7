import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import {
  ChallengeService,
  ChallengeStatus,
  Channel,
  Language,
} from "../../../gen/es/rupt/v2/challenge_service_pb.js";

export { ChallengeService, ChallengeStatus, Channel, Language };

/** How to reach the service from a browser. */
export interface ChallengeClientOptions {
  /** Address of the Rupt service, or of your own path to it; a page of another origin needs the server's leave. */
  readonly baseUrl: string;
  /** The `client_token` of the evaluation. Never the API secret: that has no place in a browser. */
  readonly clientToken: string;
  /** Milliseconds within which a call ends; default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** What a client token allows, for the one challenge that it is for. */
export type ChallengeClient = Pick<
  Client<typeof ChallengeService>,
  "describeChallenge" | "sendChallenge" | "verifyChallenge"
>;

/**
 * Makes the generated Connect client for a challenge. A browser that says the code was right proves nothing to your server: there, complete the
 * challenge, or read its status, before a session starts. @throws Error when what is given is no client token
 */
export function createChallengeClient({
  baseUrl,
  clientToken,
  timeoutMs = 10_000,
}: ChallengeClientOptions): ChallengeClient {
  if (!clientToken.startsWith("ruptct_"))
    throw new Error("clientToken must be the client_token of an evaluation");
  const authorize: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${clientToken}`);
    return next(request);
  };
  const transport = createConnectTransport({
    baseUrl,
    defaultTimeoutMs: timeoutMs,
    interceptors: [authorize],
  });
  const { describeChallenge, sendChallenge, verifyChallenge } = createClient(ChallengeService, transport);
  return { describeChallenge, sendChallenge, verifyChallenge };
}
