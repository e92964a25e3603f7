import type { Wording } from "./wording.js";
import { ar } from "./wording-ar.js";
import { en } from "./wording-en.js";
import { es } from "./wording-es.js";
import { fr } from "./wording-fr.js";

/** The languages of the page; the first is taken where none is known. */
export const wordings = { en, fr, es, ar } as const satisfies Record<string, Wording>;

/** A language of the page. */
export type PageLanguage = keyof typeof wordings;

/** Narrows a language tag to a language of the page. */
export function isPageLanguage(tag: string): tag is PageLanguage {
  return Object.keys(wordings).includes(tag);
}

/** The sentence on a wrong code, with how many tries are left. */
export function wrongCode(language: PageLanguage, left: number): string {
  const { wrong }: Wording = wordings[language];
  return (wrong[new Intl.PluralRules(language).select(left)] ?? wrong.other).replace("{n}", String(left));
}
