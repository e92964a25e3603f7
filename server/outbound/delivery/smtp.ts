import { createTransport } from "nodemailer";
import type { Channel } from "./delivery.js";
import { wordingOf } from "./wording.js";

/** Longest wait for the mail server, for each of connecting, greeting and silence. */
const timeoutMs = 10_000;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** E-mail by SMTP. */
export function smtpChannel(url: string, from: string): Channel {
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
    async send(message) {
      const { subject, text, direction } = wordingOf(message);
      const paragraphs = text.split("\n\n").map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`);
      await transport.sendMail({
        from,
        to: { name: "", address: message.to },
        subject,
        text,
        html: `<!doctype html><html lang="${message.language}" dir="${direction}"><body>${paragraphs.join("")}</body></html>`,
      });
    },
    close: () => transport.close(),
  };
}
