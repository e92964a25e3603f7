import type { ConsumeEvaluationRequest, EvaluateRequest } from "../messages.js";

/** A login whose password was right. */
export interface LoginAttempt extends Pick<EvaluateRequest, "email" | "phone" | "metadata"> {
  /** Your own id of the account holder. */
  readonly user: string;
  /** What the page sent of `getHash`, unchecked: anything but texts is left out. */
  readonly fingerprint?: unknown;
  /**
   * What the page sent of `evaluate` (`rupt/evaluate`), its `evaluationId`, unchecked: the attempt that this browser has handed in is judged,
   * in place of `fingerprint`. Take it only from a form that is protected against cross-site requests, as the guard's own routes are.
   */
  readonly evaluation_id?: unknown;
  /** Default `login`. */
  readonly action?: string | undefined;
}

/** A login whose password was wrong, or whose account does not exist. */
export interface WrongPassword extends Omit<LoginAttempt, "user"> {
  /** Your own id of the account holder, where there is such an account. */
  readonly user?: string | undefined;
  /**
   * Where there is no such account, and so no `user`: what was typed as its name. Rupt gets a keyed hash of it, so that it can tell one
   * name from another; trying many is how stolen passwords are tried.
   */
  readonly name?: string | undefined;
}

/** What the guard itself knows of an attempt. */
export interface Surroundings {
  readonly ip: string | undefined;
  readonly user_agent: string | undefined;
  readonly device_token: string | undefined;
}

function fingerprintOf(value: unknown): string | readonly string[] | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : undefined;
}

/** The attempt to evaluate. Field by field: one that was spread from a request's body must not bring `outcome` or `ip`. */
export function evaluationOf(attempt: LoginAttempt, surroundings: Surroundings): EvaluateRequest {
  const { user, email, phone, metadata, fingerprint, action = "login" } = attempt;
  return { action, user, email, phone, metadata, fingerprint: fingerprintOf(fingerprint), ...surroundings };
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Of no evaluation. */
const nil = "00000000-0000-0000-0000-000000000000";

/** The same for one that the browser has handed in; undefined when it has not. A text that is no id is as one of no evaluation. */
export function consumptionOf(
  attempt: LoginAttempt,
  { ip, device_token }: Surroundings,
): ConsumeEvaluationRequest | undefined {
  const { user, email, phone, metadata, evaluation_id: evaluation, action = "login" } = attempt;
  if (typeof evaluation !== "string" || evaluation === "") return undefined;
  return {
    evaluation: uuid.test(evaluation) ? evaluation : nil,
    action,
    user,
    email,
    phone,
    metadata,
    ip,
    device_token,
  };
}
