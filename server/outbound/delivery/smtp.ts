import { createTransport } from "nodemailer";
import { DeliveryError, type Provider } from "./delivery.js";
import { mailHtml } from "./mail-html.js";
import { wordingOf } from "./wording.js";

/** A mail server and how to use it. */
export interface Smtp {
  /** smtp://user:password@host:port or smtps://… */
  readonly url: string;
  /** Sender: `Name <address>` or an address. */
  readonly from: string;
  /** Longest wait for one message. */
  readonly timeoutMs: number;
}

/** Codes of faults that happen before a message is handed over. */
const beforeMessage = new Set(["EDNS", "ECONNREFUSED", "ETLS", "EAUTH", "ENOTFOUND"]);

function fault(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const facts = error instanceof Error ? (error as Error & Record<string, unknown>) : {};
  const { code, responseCode, command, syscall } = facts as Record<string, unknown>;
  const text = Object.entries({ code, responseCode, command })
    .flatMap(([name, value]) =>
      typeof value === "string" || typeof value === "number" ? [`${name}=${value}`] : [],
    )
    .join(" ");
  if (typeof responseCode === "number") return new DeliveryError(text, "refused", responseCode < 500);
  const before = syscall === "connect" || (typeof code === "string" && beforeMessage.has(code));
  return new DeliveryError(text || "fault", before ? "refused" : "unknown", code !== "EAUTH");
}

/** `Name <address>` as its two halves. */
function senderOf(from: string): { readonly name: string; readonly address: string } {
  const [, name = "", address] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(from) ?? [];
  return address === undefined ? { name: "", address: from.trim() } : { name, address };
}

/** E-mail by SMTP. */
export function smtpProvider({ url, from, timeoutMs }: Smtp): Provider {
  const name = `smtp ${new URL(url).host}`;
  const sender = senderOf(from);
  const transport = createTransport({
    url,
    pool: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name,
    async send(message) {
      const wording = wordingOf(message);
      let timer: NodeJS.Timeout | undefined;
      const tooLate = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new DeliveryError(`no answer within ${timeoutMs} ms`, "unknown", true)),
          timeoutMs,
        );
      });
      const sent = transport.sendMail({
        from: { name: message.senderName ?? sender.name, address: sender.address },
        to: { name: "", address: message.to },
        subject: wording.subject,
        text: wording.text,
        html: mailHtml(message, wording),
        messageId: `<${message.deliveryId}@${sender.address.split("@").at(-1)}>`,
        headers: { "Auto-Submitted": "auto-generated" },
      });
      // Whichever loses the race must not become an unhandled rejection.
      sent.catch(() => {});
      tooLate.catch(() => {});
      try {
        await Promise.race([sent, tooLate]);
        return { provider: name };
      } catch (error) {
        throw fault(error);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => transport.close(),
  };
}
