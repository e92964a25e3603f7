import type { Message } from "./delivery.js";
import type { Wording } from "./wording.js";

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * A message as the HTML half of an e-mail: the words of its text half, the code large, a link as a button. Styles stand in the elements, since
 * mail programs drop style sheets; nothing is loaded from anywhere.
 */
export function mailHtml(message: Message, { subject, paragraphs, direction, button }: Wording): string {
  const { content, language, brand } = message;
  const code =
    content.kind === "code"
      ? `<p dir="ltr" style="font:600 32px/1.5 monospace;letter-spacing:.2em;margin:16px 0">${escapeHtml(content.code)}</p>`
      : "";
  const link =
    button === undefined
      ? ""
      : `<p style="margin:24px 0"><a href="${escapeHtml(button.url)}" style="background:#b3261e;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none;display:inline-block">${escapeHtml(button.label)}</a></p>`;
  const [first = "", ...rest] = paragraphs.map(
    (paragraph) => `<p style="margin:0 0 16px">${escapeHtml(paragraph)}</p>`,
  );
  return `<!doctype html><html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escapeHtml(subject)}</title></head><body style="margin:0;padding:24px;font:16px/1.5 sans-serif"><div style="max-width:480px;margin:0 auto"><p style="margin:0 0 24px;font-weight:600">${escapeHtml(brand)}</p>${first}${code}${rest.join("")}${link}</div></body></html>`;
}
