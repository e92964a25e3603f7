import type { SmsProvider } from "../../sms-url.js";
import {
  hookSignatureHeader,
  isHookSignature,
  isTwilioSignature,
  twilioSignatureHeader,
} from "./signature.js";

/** A call-back of a provider, as it came. */
export interface CallBack {
  /** The full address that was called, as the provider knows it. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a provider reports of a message. */
export interface StatusReport {
  readonly status: "sent" | "delivered" | "failed";
  /** The provider's own code, where something went wrong. */
  readonly errorCode: string | undefined;
}

/** Reads a call-back about a delivery. Undefined when no provider of this server signed it; `nothing` when it says nothing of use. */
export type ReadStatusReport = (
  callBack: CallBack,
  deliveryId: string,
) => StatusReport | "nothing" | undefined;

const words: Readonly<Record<string, StatusReport["status"]>> = {
  accepted: "sent",
  scheduled: "sent",
  queued: "sent",
  sending: "sent",
  sent: "sent",
  delivered: "delivered",
  read: "delivered",
  undelivered: "failed",
  failed: "failed",
  canceled: "failed",
};

function report(word: unknown, code: unknown): StatusReport | "nothing" {
  const status = typeof word === "string" && Object.hasOwn(words, word) ? words[word] : undefined;
  if (status === undefined) return "nothing";
  const known = typeof code === "string" && /^[A-Za-z0-9_.-]{1,64}$/.test(code);
  return { status, errorCode: known && status === "failed" ? code : undefined };
}

/** Reads the call-backs of the configured providers. */
export function readStatusReports(providers: readonly SmsProvider[]): ReadStatusReport {
  const tokens = providers.flatMap((provider) => (provider.kind === "twilio" ? [provider.authToken] : []));
  const secrets = providers.flatMap((provider) => (provider.kind === "hook" ? [provider.secret] : []));
  return ({ url, headers, body, at }, deliveryId) => {
    const twilio = headers[twilioSignatureHeader];
    if (twilio !== undefined) {
      const form = [...new URLSearchParams(body)];
      if (!tokens.some((token) => isTwilioSignature(twilio, token, url, form))) return undefined;
      const fields = Object.fromEntries(form);
      return report(fields.MessageStatus, fields.ErrorCode);
    }
    const hook = headers[hookSignatureHeader] ?? "";
    if (!secrets.some((secret) => isHookSignature(hook, secret, body, at))) return undefined;
    try {
      const { id, status, error_code } = JSON.parse(body) as Record<string, unknown>;
      // The signature covers the body alone, so the body has to say which message it is about.
      return id === deliveryId ? report(status, error_code) : "nothing";
    } catch {
      return "nothing";
    }
  };
}
