import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Page } from "./http.js";

/** Reads a report link. */
export interface ReportLinks {
  /** In which language to speak to the bearer of a token, undefined when it is not a good one. */
  languageOf(token: string): Language | undefined;
  /** Reports the attempt that a token is about; false when it is not a good one. */
  report(token: string): Promise<boolean>;
}

interface Words {
  readonly title: string;
  readonly ask: string;
  readonly button: string;
  readonly done: string;
  readonly next: string;
  readonly invalid: string;
}

const words = {
  en: {
    title: "Report a login",
    ask: "Somebody logged in to your account with a code. If this was not you, report it: the device will no longer be trusted.",
    button: "This was not me",
    done: "Thank you. The device is no longer trusted.",
    next: "Change your password now, and that of your mailbox.",
    invalid: "This link has expired or is not complete.",
  },
  fr: {
    title: "Signaler une connexion",
    ask: "Quelqu'un s'est connecté à votre compte avec un code. Si ce n'était pas vous, signalez-le : l'appareil ne sera plus considéré comme fiable.",
    button: "Ce n'était pas moi",
    done: "Merci. L'appareil n'est plus considéré comme fiable.",
    next: "Changez maintenant votre mot de passe, et celui de votre messagerie.",
    invalid: "Ce lien a expiré ou est incomplet.",
  },
  es: {
    title: "Denunciar un inicio de sesión",
    ask: "Alguien ha iniciado sesión en tu cuenta con un código. Si no has sido tú, denúncialo: el dispositivo dejará de ser de confianza.",
    button: "No he sido yo",
    done: "Gracias. El dispositivo ya no es de confianza.",
    next: "Cambia ahora tu contraseña y la de tu correo.",
    invalid: "Este enlace ha caducado o está incompleto.",
  },
  ar: {
    title: "الإبلاغ عن تسجيل دخول",
    ask: "سجّل شخص ما الدخول إلى حسابك باستخدام رمز. إذا لم تكن أنت فأبلغ عن ذلك، ولن يبقى الجهاز موثوقًا.",
    button: "لم أكن أنا",
    done: "شكرًا لك. لم يعد الجهاز موثوقًا.",
    next: "غيّر الآن كلمة مرورك وكلمة مرور بريدك.",
    invalid: "انتهت صلاحية هذا الرابط أو أنه غير مكتمل.",
  },
} as const satisfies Readonly<Record<string, Words>>;

type Language = keyof typeof words;

const style = `:root{color-scheme:light dark;font:18px/1.5 system-ui,sans-serif}body{max-width:32rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.75rem 1.25rem;border:0;border-radius:.5rem;background:#b3261e;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid currentColor;outline-offset:3px}`;
const styleHash = createHash("sha256").update(style).digest("base64");

function send(
  response: ServerResponse,
  status: number,
  language: Language,
  title: string,
  body: string,
): void {
  const direction = language === "ar" ? "rtl" : "ltr";
  const html = `<!doctype html><html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(html);
}

/**
 * The page behind the link of a "was this you?" message. GET only asks, since mail scanners open links; POST reports. The link holds a token and
 * nothing else, and a second POST does nothing more.
 */
export function reportPage(prefix: string, links: ReportLinks): Page {
  return {
    path: `${prefix}*`,
    methods: ["GET", "HEAD", "POST"],
    async answer(request, response) {
      const token = (request.url ?? "").slice(prefix.length).split("?", 1)[0] ?? "";
      const language = links.languageOf(token);
      if (language === undefined) {
        send(response, 404, "en", words.en.title, `<p>${words.en.invalid}</p>`);
        return;
      }
      const { title, ask, button, done, next, invalid } = words[language];
      if (request.method !== "POST") {
        send(
          response,
          200,
          language,
          title,
          `<p>${ask}</p><form method="post"><button>${button}</button></form>`,
        );
        return;
      }
      try {
        const reported = await links.report(token);
        if (reported) send(response, 200, language, title, `<p role="status">${done}</p><p>${next}</p>`);
        else send(response, 404, language, title, `<p>${invalid}</p>`);
      } catch {
        send(
          response,
          503,
          language,
          title,
          `<p>${ask}</p><form method="post"><button>${button}</button></form>`,
        );
      }
    },
  };
}
