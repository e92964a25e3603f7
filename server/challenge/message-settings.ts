import { type Language, languages } from "./challenge.js";
import { isPhoneCountry } from "./phone.js";

/** One text of a project's messages. */
export interface MessageSetting {
  /** Longest text, in characters. */
  readonly maxCharacters: number;
  /** What is wrong with a text, undefined when it is sound. Length and control characters are looked at before. */
  readonly fault: (text: string) => string | undefined;
  readonly meaning: string;
}

const anything = () => undefined;

const sentence = (language: string): MessageSetting => ({
  maxCharacters: 300,
  fault: (text) => {
    if (text.split("{code}").length !== 2) return "must hold {code} once";
    const unknown = /\{(?!code\}|brand\}|minutes\})[^}]*\}?/.exec(text);
    if (unknown !== null) return "may hold {code}, {brand} and {minutes}, and no other brace";
    return /https?:|www\./i.test(text)
      ? "must not hold a link: users must not learn to follow links beside codes"
      : undefined;
  },
  meaning: `what a code message says in ${language}, in place of its first sentences; with {code}, {brand}, {minutes}`,
});

/** The texts of messages that a project may set. */
export const messageSettings = {
  brand_name: {
    maxCharacters: 60,
    fault: anything,
    meaning: "the application's name in messages (default: the project's name)",
  },
  sender_name: {
    maxCharacters: 60,
    fault: anything,
    meaning: "display name of the sender of e-mails (default: that of MAIL_FROM)",
  },
  default_language: {
    maxCharacters: 2,
    fault: (text) =>
      languages.some((language) => language === text) ? undefined : `must be one of: ${languages.join(", ")}`,
    meaning: `language of messages where none was asked for: ${languages.join(", ")} (default: en)`,
  },
  default_country: {
    maxCharacters: 2,
    fault: (text) =>
      isPhoneCountry(text) ? undefined : "must be the two capital letters of a country, such as NO",
    meaning: "country whose phone numbers may come without + and country code (default: none)",
  },
  text_en: sentence("English"),
  text_fr: sentence("French"),
  text_es: sentence("Spanish"),
  text_ar: sentence("Arabic"),
} as const satisfies Record<string, MessageSetting>;

/** Name of a text that a project may set. */
export type MessageSettingName = keyof typeof messageSettings;

/** What a project has set. */
export type MessageTexts = Readonly<Partial<Record<MessageSettingName, string>>>;

/** Narrows a word to the name of a text. */
export function isMessageSettingName(word: string): word is MessageSettingName {
  return Object.hasOwn(messageSettings, word);
}

/** What is wrong with a text, undefined when it can be set. */
export function messageSettingFault(name: MessageSettingName, text: string): string | undefined {
  const setting: MessageSetting = messageSettings[name];
  if (text.trim() !== text || text === "") return "must not be empty or begin or end with white space";
  if (/\p{C}/u.test(text)) return "must not hold control or invisible characters";
  if ([...text].length > setting.maxCharacters)
    return `must have at most ${setting.maxCharacters} characters`;
  return setting.fault(text);
}

/** The project's default language. */
export function defaultLanguage(texts: MessageTexts): Language {
  return languages.find((language) => language === texts.default_language) ?? "en";
}
