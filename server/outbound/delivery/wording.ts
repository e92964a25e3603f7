import type { Language } from "../../challenge/challenge.js";
import type { Content, Message } from "./delivery.js";
import { arabic } from "./wording-ar.js";
import { english } from "./wording-en.js";
import { spanish } from "./wording-es.js";
import { french } from "./wording-fr.js";

/** A message in words. */
export interface Wording {
  readonly subject: string;
  /** For e-mail, one sentence or two each. */
  readonly paragraphs: readonly string[];
  /** The paragraphs, and the link where there is one, as plain text. */
  readonly text: string;
  /** For text messages. */
  readonly short: string;
  readonly direction: "ltr" | "rtl";
  /** Something to press. */
  readonly button: { readonly label: string; readonly url: string } | undefined;
}

/** What the words of one language are made from. */
export type Words<K extends Content["kind"]> = (
  content: Extract<Content, { kind: K }>,
  brand: string,
) => {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly short: string;
  readonly button?: string;
};

/** One language. */
export interface Phrases {
  readonly direction: "ltr" | "rtl";
  readonly code: Words<"code">;
  readonly contact_changed: Words<"contact_changed">;
  readonly was_this_you: Words<"was_this_you">;
}

const phrases: Readonly<Record<Language, Phrases>> = {
  en: english,
  fr: french,
  es: spanish,
  ar: arabic,
};

function wordsOf({ content, brand }: Message, language: Phrases): ReturnType<Words<Content["kind"]>> {
  switch (content.kind) {
    case "code": {
      const words = language.code(content, brand);
      if (content.sentence === undefined) return words;
      const own = content.sentence
        .replaceAll("{code}", () => content.code)
        .replaceAll("{brand}", () => brand)
        .replaceAll("{minutes}", () => String(content.validMinutes));
      return { ...words, paragraphs: [own, ...words.paragraphs.slice(1)], short: own };
    }
    case "contact_changed":
      return language.contact_changed(content, brand);
    case "was_this_you":
      return language.was_this_you(content, brand);
  }
}

/** Puts a message into words of its language. */
export function wordingOf(message: Message): Wording {
  const language = phrases[message.language];
  const { subject, paragraphs, short, button: label } = wordsOf(message, language);
  const url = message.content.kind === "was_this_you" ? message.content.reportUrl : undefined;
  const button = label === undefined || url === undefined ? undefined : { label, url };
  const link = button === undefined ? [] : [`${button.label}: ${button.url}`];
  return {
    subject,
    paragraphs,
    text: [...paragraphs, ...link].join("\n\n"),
    short: url === undefined ? short : `${short} ${url}`,
    direction: language.direction,
    button,
  };
}
