import type { Language } from "../../challenge/challenge.js";
import type { CodeMessage } from "./delivery.js";

/** A message in words. */
export interface Wording {
  readonly subject: string;
  readonly text: string;
  readonly direction: "ltr" | "rtl";
}

type Sentences = (message: CodeMessage) => Wording;

const wordings: Readonly<Record<Language, Sentences>> = {
  en: ({ brand, code, validMinutes }) => ({
    subject: `${code} is your ${brand} code`,
    text: `Your ${brand} code is ${code}. It is valid for ${validMinutes} minutes.\n\nNever tell it to anyone. If you did not just log in, change your password.`,
    direction: "ltr",
  }),
  fr: ({ brand, code, validMinutes }) => ({
    subject: `${code} est votre code ${brand}`,
    text: `Votre code ${brand} est ${code}. Il est valable ${validMinutes} minutes.\n\nNe le communiquez à personne. Si vous ne venez pas de vous connecter, changez votre mot de passe.`,
    direction: "ltr",
  }),
  es: ({ brand, code, validMinutes }) => ({
    subject: `${code} es tu código de ${brand}`,
    text: `Tu código de ${brand} es ${code}. Es válido durante ${validMinutes} minutos.\n\nNo se lo digas a nadie. Si no acabas de iniciar sesión, cambia tu contraseña.`,
    direction: "ltr",
  }),
  ar: ({ brand, code, validMinutes }) => ({
    subject: `${code} هو رمزك في ${brand}`,
    text: `رمزك في ${brand} هو ${code}. وهو صالح لمدة ${validMinutes} دقائق.\n\nلا تخبر به أحدًا. إذا لم تسجّل الدخول للتو فغيّر كلمة مرورك.`,
    direction: "rtl",
  }),
};

/** Puts a message into words of its language. */
export function wordingOf(message: CodeMessage): Wording {
  return wordings[message.language](message);
}
