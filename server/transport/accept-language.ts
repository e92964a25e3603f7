/**
 * The best of `languages` for an `Accept-Language` header: the highest weight wins, the first of equals; a tag counts by its primary language
 * (`fr-CA` is `fr`). Undefined when none is wanted.
 */
export function acceptedLanguage<L extends string>(
  header: string | undefined,
  languages: readonly L[],
): L | undefined {
  let best: L | undefined;
  let bestWeight = 0;
  for (const range of (header ?? "").slice(0, 1_000).split(",")) {
    const [, primary, weight = "1"] =
      /^\s*([a-z]{1,8})(?:-[a-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(range) ?? [];
    const language = languages.find((candidate) => candidate === primary?.toLowerCase());
    if (language !== undefined && Number(weight) > bestWeight) {
      best = language;
      bestWeight = Number(weight);
    }
  }
  return best;
}
