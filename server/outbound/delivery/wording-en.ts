import type { Phrases } from "./wording.js";

const minutes = (count: number) => (count === 1 ? "1 minute" : `${count} minutes`);

/** The messages in English. */
export const english: Phrases = {
  direction: "ltr",
  code: ({ code, validMinutes }, brand) => ({
    subject: `${code} is your ${brand} code`,
    paragraphs: [
      `Your ${brand} code is ${code}. It is valid for ${minutes(validMinutes)}.`,
      "Never tell it to anyone. If you did not just log in, change your password.",
    ],
    short: `${code} is your ${brand} code, valid for ${minutes(validMinutes)}. Never tell it to anyone.`,
  }),
  contact_changed: ({ changed, cooldownHours }, brand) => {
    const what = changed === "email" ? "e-mail address" : "phone number";
    const until = cooldownHours === 0 ? "" : ` For ${cooldownHours} hours codes still come here.`;
    return {
      subject: `A new ${what} was given for your ${brand} account`,
      paragraphs: [
        `A new ${what} was given for your ${brand} account.${until}`,
        `If this was you, there is nothing to do. If not, change your password and tell ${brand}.`,
      ],
      short: `${brand}: a new ${what} was given for your account. If this was not you, change your password.`,
    };
  },
  was_this_you: ({ at, reportUrl }, brand) => ({
    subject: `New login to your ${brand} account`,
    paragraphs: [
      `Somebody logged in to your ${brand} account from a new device or place on ${instant(at)} and entered a code that we had sent.`,
      reportUrl === undefined
        ? "If this was you, there is nothing to do. If not, change your password."
        : "If this was you, there is nothing to do. If not, report it and change your password.",
    ],
    short:
      reportUrl === undefined
        ? `${brand}: new login on ${instant(at)}. If this was not you, change your password.`
        : `${brand}: new login on ${instant(at)}. If this was not you, report it:`,
    button: "This was not me",
  }),
};

function instant(at: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "long", timeZone: "UTC" }).format(
    at,
  );
}
