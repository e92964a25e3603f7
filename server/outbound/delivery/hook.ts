import type { Provider } from "./delivery.js";
import { httpPost } from "./http-post.js";
import { hookSignature, hookSignatureHeader } from "./signature.js";
import { wordingOf } from "./wording.js";

/** An address of the operator's own that takes text messages. */
export interface Hook {
  readonly url: string;
  /** Shared by both sides; signs what goes out and what comes back. */
  readonly secret: string;
  readonly timeoutMs: number;
}

function referenceOf(answer: string): string | undefined {
  try {
    const { id } = JSON.parse(answer) as { id?: unknown };
    return typeof id === "string" && /^[\x21-\x7e]{1,128}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Text messages as signed JSON to the operator's own address. A signature's time is the machine's, for the other side checks it. */
export function hookProvider({ url, secret, timeoutMs }: Hook): Provider {
  const name = `hook ${new URL(url).host}`;
  return {
    name,
    async send(message) {
      const body = JSON.stringify({
        id: message.deliveryId,
        kind: message.content.kind,
        to: message.to,
        text: wordingOf(message).short,
        language: message.language,
        status_url: message.statusUrl,
      });
      const headers = {
        "content-type": "application/json",
        "idempotency-key": message.deliveryId,
        [hookSignatureHeader]: hookSignature(secret, body, Date.now()),
      };
      const reference = referenceOf(await httpPost(url, { headers, body }, timeoutMs));
      return { provider: name, ...(reference === undefined ? {} : { reference }) };
    },
    close() {},
  };
}
