import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { BrowserService } from "../../../gen/es/rupt/v2/browser_service_pb.js";
import { getHash } from "./index.js";

/** What to evaluate, and where. */
export interface EvaluateOptions {
  /** Address of the Rupt service; the project's `allowed_origins` must list the page's origin. */
  readonly baseUrl: string;
  /** The project's public client id (`ruptpk_…`). Never the API secret: that has no place in a browser. */
  readonly clientId: string;
  /** What the user attempts: `login`, `signup` or your own word. */
  readonly action: string;
  /** Your id of the account holder, where the page knows it; your server must then name the same. */
  readonly user?: string | undefined;
  /** Whether to answer the address of the hosted challenge page. Default: no. */
  readonly challengePage?: boolean | undefined;
  /** Milliseconds within which the call ends; default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** What to send to your server with the login. It says nothing of a verdict: that is your server's alone. */
export interface BrowserEvaluation {
  /** For your server to consume, once. */
  readonly evaluationId: string;
  /** Until when it can be consumed. */
  readonly expiresAt: Date;
  /** Where the user passes a challenge if your server is told to ask for one; until then there is nothing to do there. */
  readonly challengeUrl: string | undefined;
}

/**
 * Hands in this browser's fingerprint and address. @throws Error when `clientId` is no public client id, ConnectError when the call fails; whether a
 * login may go on without an evaluation is for your server to decide.
 */
export async function evaluate({
  baseUrl,
  clientId,
  action,
  user,
  challengePage = false,
  timeoutMs = 10_000,
}: EvaluateOptions): Promise<BrowserEvaluation> {
  if (!clientId.startsWith("ruptpk_")) throw new Error("clientId must be the project's public client id");
  const client = createClient(
    BrowserService,
    createConnectTransport({ baseUrl, defaultTimeoutMs: timeoutMs }),
  );
  const answer = await client.evaluateInBrowser(
    {
      action,
      fingerprint: await getHash(),
      userAgent: navigator.userAgent.slice(0, 1_024),
      challengePage,
      ...(user === undefined ? {} : { user }),
    },
    { headers: { authorization: `Bearer ${clientId}` } },
  );
  return {
    evaluationId: answer.evaluationId,
    expiresAt: new Date(Number(answer.expiresAt?.seconds ?? 0n) * 1000),
    challengeUrl: answer.challengeUrl,
  };
}
