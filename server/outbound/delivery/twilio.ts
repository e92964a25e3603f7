import type { Provider } from "./delivery.js";
import { httpPost } from "./http-post.js";
import { wordingOf } from "./wording.js";

/** An account with a provider that speaks Twilio's Messages API. */
export interface TwilioAccount {
  /** Where the API lies, without a slash at the end: `https://api.twilio.com`. */
  readonly baseUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** Phone number, sender id, or messaging service (`MG…`). */
  readonly from: string;
  readonly timeoutMs: number;
}

function referenceOf(answer: string): string | undefined {
  try {
    const { sid } = JSON.parse(answer) as { sid?: unknown };
    return typeof sid === "string" && /^[A-Za-z0-9]{1,64}$/.test(sid) ? sid : undefined;
  } catch {
    return undefined;
  }
}

/** Text messages through Twilio's Messages API or one that is like it. */
export function twilioProvider(account: TwilioAccount): Provider {
  const { baseUrl, accountSid, authToken, from, timeoutMs } = account;
  const name = `twilio ${new URL(baseUrl).host}`;
  const url = `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
  };
  return {
    name,
    async send(message) {
      const form = new URLSearchParams({ To: message.to, Body: wordingOf(message).short });
      form.set(from.startsWith("MG") ? "MessagingServiceSid" : "From", from);
      if (message.statusUrl !== undefined) form.set("StatusCallback", message.statusUrl);
      const reference = referenceOf(await httpPost(url, { headers, body: form.toString() }, timeoutMs));
      return { provider: name, ...(reference === undefined ? {} : { reference }) };
    },
    close() {},
  };
}
