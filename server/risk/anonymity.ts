/** What hides where the user of an address is. `anycast` addresses are answered from many places at once. */
export const anonymityKinds = ["tor", "vpn", "proxy", "hosting", "anycast"] as const;
/** One of `anonymityKinds`. */
export type AnonymityKind = (typeof anonymityKinds)[number];

/** What is known to hide the user of one address, with the source that says so; empty when nothing is. */
export type Anonymity = Readonly<Partial<Record<AnonymityKind, string>>>;

/** Whether the place of an address says nothing about the place of its user. */
export function hidesPlace(anonymity: Anonymity): boolean {
  for (const kind of anonymityKinds) if (anonymity[kind] !== undefined) return true;
  return false;
}
