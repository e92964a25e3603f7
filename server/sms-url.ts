/** A provider of text messages, as the environment names it. */
export type SmsProvider =
  | {
      readonly kind: "twilio";
      readonly baseUrl: string;
      readonly accountSid: string;
      readonly authToken: string;
      readonly from: string;
    }
  | { readonly kind: "hook"; readonly url: string; readonly secret: string };

/** Host names that stand for this machine, to which plain HTTP may go. */
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads one entry of SMS_URL: `twilio+https://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+15005550006` or
 * `hook+https://:SECRET@sms.example.com/path`. Answers the provider, or what is wrong in words that repeat no secret.
 */
export function readSmsUrl(text: string): SmsProvider | string {
  const [, kind, rest] = /^(twilio|hook)\+(https?:\/\/.+)$/.exec(text) ?? [];
  if (rest === undefined || !URL.canParse(rest)) {
    return "must be twilio+https://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=NUMBER or hook+https://:SECRET@HOST/PATH";
  }
  const url = new URL(rest);
  if (url.protocol === "http:" && !loopback.has(url.hostname))
    return `must use https for ${url.hostname}; plain http is for this machine only`;
  const username = decoded(url.username);
  const password = decoded(url.password);
  if (username === undefined || password === undefined)
    return "has a % that is not followed by two hexadecimal digits; write %25 for %";
  url.username = "";
  url.password = "";
  if (kind === "hook") {
    if (password.length < 32)
      return "the hook's secret must have 32 characters or more: hook+https://:SECRET@HOST/PATH";
    return { kind, url: url.href, secret: password };
  }
  // A `+` in a query means a space; in a sender it can only have meant itself.
  const from = url.searchParams.get("from")?.replace(/^ /, "+") ?? "";
  if (username === "" || password === "") return "twilio needs ACCOUNT_SID:AUTH_TOKEN@ before the host";
  if (!/^[+A-Za-z0-9 ._-]{1,64}$/.test(from)) return "twilio needs ?from= with a number, sender id or MG… id";
  return {
    kind: "twilio",
    baseUrl: url.origin + url.pathname.replace(/\/+$/, ""),
    accountSid: username,
    authToken: password,
    from,
  };
}
