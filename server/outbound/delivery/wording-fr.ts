import type { Phrases } from "./wording.js";

const minutes = (count: number) => (count === 1 ? "1 minute" : `${count} minutes`);

/** The messages in French. */
export const french: Phrases = {
  direction: "ltr",
  code: ({ code, validMinutes }, brand) => ({
    subject: `${code} est votre code ${brand}`,
    paragraphs: [
      `Votre code ${brand} est ${code}. Il est valable ${minutes(validMinutes)}.`,
      "Ne le communiquez à personne. Si vous ne venez pas de vous connecter, changez votre mot de passe.",
    ],
    short: `${code} est votre code ${brand}, valable ${minutes(validMinutes)}. Ne le communiquez à personne.`,
  }),
  contact_changed: ({ changed, cooldownHours }, brand) => {
    const what = changed === "email" ? "Une nouvelle adresse e-mail" : "Un nouveau numéro de téléphone";
    const given = changed === "email" ? "a été indiquée" : "a été indiqué";
    const until =
      cooldownHours === 0 ? "" : ` Pendant ${cooldownHours} heures, les codes continuent d'arriver ici.`;
    return {
      subject: `${what} ${given} pour votre compte ${brand}`,
      paragraphs: [
        `${what} ${given} pour votre compte ${brand}.${until}`,
        `Si c'était vous, il n'y a rien à faire. Sinon, changez votre mot de passe et prévenez ${brand}.`,
      ],
      short: `${brand} : ${what.toLowerCase()} ${given} pour votre compte. Si ce n'était pas vous, changez votre mot de passe.`,
    };
  },
  was_this_you: ({ at, reportUrl }, brand) => ({
    subject: `Nouvelle connexion à votre compte ${brand}`,
    paragraphs: [
      `Quelqu'un s'est connecté à votre compte ${brand} depuis un nouvel appareil ou un nouveau lieu le ${instant(at)} et a saisi un code que nous avions envoyé.`,
      reportUrl === undefined
        ? "Si c'était vous, il n'y a rien à faire. Sinon, changez votre mot de passe."
        : "Si c'était vous, il n'y a rien à faire. Sinon, signalez-le et changez votre mot de passe.",
    ],
    short:
      reportUrl === undefined
        ? `${brand} : nouvelle connexion le ${instant(at)}. Si ce n'était pas vous, changez votre mot de passe.`
        : `${brand} : nouvelle connexion le ${instant(at)}. Si ce n'était pas vous, signalez-le :`,
    button: "Ce n'était pas moi",
  }),
};

function instant(at: number): string {
  return new Intl.DateTimeFormat("fr", { dateStyle: "long", timeStyle: "long", timeZone: "UTC" }).format(at);
}
