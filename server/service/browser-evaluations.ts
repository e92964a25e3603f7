import { createHash } from "node:crypto";
import { writeClientToken } from "../challenge/client-token.js";
import type { Clock, Instant } from "../clock.js";
import { parseFingerprint } from "../device/fingerprint.js";
import { AppError, invalidFields } from "../errors.js";
import { newId } from "../ids.js";
import type { Keys } from "../keys.js";
import { addressKey, type IpAddress, parseIpAddress } from "../risk/ip-address.js";
import type { Deposit, DepositStore } from "../store/deposit-store.js";
import type { EvaluationStore } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";
import type { ChallengeLink } from "./challenge-link.js";
import { type Attempt, clientTokenMs, type Evaluate, type Evaluated } from "./evaluate.js";

/** An attempt as the browser saw it. */
export interface BrowserAttempt {
  readonly action: string;
  readonly user: string | undefined;
  readonly fingerprint: readonly string[];
  readonly lastFingerprint: string | undefined;
  readonly userAgent: string | undefined;
}

/** What the browser gets: nothing that depends on the user or on a judgement. */
export interface HandedIn {
  readonly evaluationId: string;
  readonly expiresAt: Instant;
  readonly challengeUrl: string | undefined;
}

/** What the project's server adds. */
export interface ServerPart
  extends Pick<
    Attempt,
    "user" | "email" | "phone" | "ip" | "metadataJson" | "outcome" | "deviceToken" | "deadlineAt"
  > {
  readonly evaluationId: string;
  /** What the browser must have said; undefined: whatever it said. */
  readonly action: string | undefined;
  /** The caller's idempotency key and what it was sent with, so that a lost answer can be asked for again. */
  readonly repeatable: { readonly key: string; readonly requestHash: Uint8Array } | undefined;
}

/** The two halves of an evaluation that begins in the browser. */
export interface BrowserEvaluations {
  handIn(
    project: Project,
    attempt: BrowserAttempt,
    how: { readonly clientAddress: string | undefined; readonly challengePage: boolean },
  ): Promise<HandedIn>;
  consume(project: Project, part: ServerPart): Promise<Evaluated>;
}

/** How long a deposit can be consumed: the time to type a password, with some to spare. */
const depositMs = 10 * 60_000;
/** How many deposits one address (IPv6: one /64) may make in how long; a whole office or a carrier's NAT fits in. */
const maxPerAddress = 300;
const windowMs = 10 * 60_000;

/** A deposit's content; `ip` is the connection's. */
interface Content extends BrowserAttempt {
  readonly ip: string | undefined;
}

/** What both halves need. */
export interface BrowserEvaluationsDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly deposits: DepositStore;
  readonly evaluations: EvaluationStore;
  readonly evaluate: Evaluate;
  readonly challengeLink: ChallengeLink;
}

/** Whether two addresses can be one end user's: only addresses of one version can be told apart. */
function mayBeOne(left: IpAddress, right: IpAddress): boolean {
  return left.version !== right.version || addressKey(left) === addressKey(right);
}

/** Makes the browser-first flow: keep what the browser saw without a look at the user; judge it when the server vouches for the user. */
export function createBrowserEvaluations(deps: BrowserEvaluationsDeps): BrowserEvaluations {
  const { clock, keys, deposits, evaluations, evaluate, challengeLink } = deps;
  const context = ({ projectId, evaluationId }: Pick<Deposit, "projectId" | "evaluationId">) =>
    `deposit:${projectId}:${evaluationId}`;

  async function find({ projectId }: Project, evaluationId: string): Promise<Deposit> {
    const deposit = await deposits.find(projectId, evaluationId);
    if (deposit !== undefined) return deposit;
    if ((await evaluations.find(projectId, evaluationId)) === undefined) {
      throw new AppError("evaluation_not_found", "There is no such evaluation in this project.");
    }
    throw consumed();
  }

  return {
    async handIn({ projectId }, attempt, { clientAddress, challengePage }) {
      const now = clock.now();
      const ip = clientAddress === undefined ? undefined : parseIpAddress(clientAddress);
      const content: Content = { ...attempt, ip: ip?.text };
      const key = { projectId, evaluationId: newId(now) };
      const challengeId = newId(now);
      const sealed = keys.seal(JSON.stringify(content), context(key));
      const addressHash = keys.mac("address", projectId, ip === undefined ? "" : addressKey(ip));
      const expiresAt = now + depositMs;
      const renewedAt = await deposits.keep(
        { ...key, challengeId, sealed, expiresAt },
        { addressHash, max: maxPerAddress, windowMs },
        now,
      );
      if (renewedAt !== undefined) {
        throw new AppError("too_many_evaluations", "Too many evaluations from this address; wait a little.", {
          retryAfterSeconds: Math.max(1, Math.ceil((renewedAt - now) / 1000)),
        });
      }
      if (!challengePage) return { evaluationId: key.evaluationId, expiresAt, challengeUrl: undefined };
      const token = writeClientToken({ projectId, challengeId, expiresAt: now + clientTokenMs }, (...parts) =>
        keys.mac("client_token", ...parts),
      );
      return { evaluationId: key.evaluationId, expiresAt, challengeUrl: challengeLink(challengeId, token) };
    },

    async consume(project, part) {
      const { evaluationId, repeatable } = part;
      const deposit = await find(project, evaluationId);
      const content = JSON.parse(keys.open(deposit.sealed, context(deposit))) as Content;
      const ip = content.ip === undefined ? undefined : parseIpAddress(content.ip);
      if (part.user === undefined && (content.action !== "signup" || part.email === undefined)) {
        throw invalidFields([
          { field: "user", description: "is required, unless the action is signup and email is given" },
        ]);
      }
      if (content.user !== undefined && part.user !== undefined && content.user !== part.user) {
        throw mismatch("of another user");
      }
      if (part.action !== undefined && content.action !== part.action) {
        throw mismatch("of another action");
      }
      if (ip !== undefined && part.ip !== undefined && !mayBeOne(ip, part.ip)) {
        throw mismatch("from another address");
      }
      if (clock.now() >= deposit.expiresAt) {
        if ((await evaluations.find(project.projectId, evaluationId)) !== undefined) throw consumed();
        throw new AppError(
          "evaluation_expired",
          "This evaluation was not consumed in time; let the browser evaluate again.",
        );
      }
      // The idempotency of Evaluate is what lets a deposit be judged once only: its key is the deposit, whatever servers race for it.
      const requestHash = createHash("sha256")
        .update(repeatable === undefined ? newId(clock.now()) : repeatable.key)
        .update("\0")
        .update(repeatable?.requestHash ?? "")
        .digest();
      try {
        return await evaluate(project, {
          action: content.action,
          user: part.user,
          fingerprint: parseFingerprint(content.fingerprint, content.lastFingerprint),
          ip: ip ?? part.ip,
          email: part.email,
          phone: part.phone,
          metadataJson: part.metadataJson,
          userAgent: content.userAgent,
          occurredAt: undefined,
          outcome: part.outcome,
          deviceToken: part.deviceToken,
          deadlineAt: part.deadlineAt,
          idempotency: { key: `\u001fconsume:${evaluationId}`, requestHash },
          reserved: { evaluationId, challengeId: deposit.challengeId },
        });
      } catch (error) {
        if (error instanceof AppError && error.reason === "idempotency_conflict") throw consumed();
        throw error;
      }
    },
  };
}

function consumed(): AppError {
  return new AppError(
    "evaluation_consumed",
    "This evaluation has been judged already; read it with GetEvaluation.",
  );
}

function mismatch(what: string): AppError {
  return new AppError(
    "evaluation_mismatch",
    `The browser's evaluation is ${what} than this call says; nothing was consumed. Let the browser evaluate again.`,
  );
}
