import type { Phrases } from "./wording.js";

const minutes = (count: number) => (count === 1 ? "1 minuto" : `${count} minutos`);

/** The messages in Spanish. */
export const spanish: Phrases = {
  direction: "ltr",
  code: ({ code, validMinutes }, brand) => ({
    subject: `${code} es tu código de ${brand}`,
    paragraphs: [
      `Tu código de ${brand} es ${code}. Es válido durante ${minutes(validMinutes)}.`,
      "No se lo digas a nadie. Si no acabas de iniciar sesión, cambia tu contraseña.",
    ],
    short: `${code} es tu código de ${brand}, válido durante ${minutes(validMinutes)}. No se lo digas a nadie.`,
  }),
  contact_changed: ({ changed, cooldownHours }, brand) => {
    const what = changed === "email" ? "una nueva dirección de correo" : "un nuevo número de teléfono";
    const until =
      cooldownHours === 0 ? "" : ` Durante ${cooldownHours} horas los códigos seguirán llegando aquí.`;
    return {
      subject: `Se ha indicado ${what} para tu cuenta de ${brand}`,
      paragraphs: [
        `Se ha indicado ${what} para tu cuenta de ${brand}.${until}`,
        `Si has sido tú, no tienes que hacer nada. Si no, cambia tu contraseña y avisa a ${brand}.`,
      ],
      short: `${brand}: se ha indicado ${what} para tu cuenta. Si no has sido tú, cambia tu contraseña.`,
    };
  },
  was_this_you: ({ at, reportUrl }, brand) => ({
    subject: `Nuevo inicio de sesión en tu cuenta de ${brand}`,
    paragraphs: [
      `Alguien ha iniciado sesión en tu cuenta de ${brand} desde un dispositivo o lugar nuevo el ${instant(at)} y ha introducido un código que habíamos enviado.`,
      reportUrl === undefined
        ? "Si has sido tú, no tienes que hacer nada. Si no, cambia tu contraseña."
        : "Si has sido tú, no tienes que hacer nada. Si no, denúncialo y cambia tu contraseña.",
    ],
    short:
      reportUrl === undefined
        ? `${brand}: nuevo inicio de sesión el ${instant(at)}. Si no has sido tú, cambia tu contraseña.`
        : `${brand}: nuevo inicio de sesión el ${instant(at)}. Si no has sido tú, denúncialo:`,
    button: "No he sido yo",
  }),
};

function instant(at: number): string {
  return new Intl.DateTimeFormat("es", { dateStyle: "long", timeStyle: "long", timeZone: "UTC" }).format(at);
}
