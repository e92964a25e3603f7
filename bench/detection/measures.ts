/** How well scores of attacks lie above those of logins: the probability that an attack's is higher, ties counted half. */
export function areaUnderCurve(attacks: readonly number[], logins: readonly number[]): number {
  const all = [
    ...attacks.map((score) => ({ score, attack: true })),
    ...logins.map((score) => ({ score, attack: false })),
  ].sort((a, b) => a.score - b.score);
  let below = 0;
  let sum = 0;
  for (let at = 0; at < all.length; ) {
    let end = at;
    let tiedLogins = 0;
    let tiedAttacks = 0;
    while (end < all.length && all[end]?.score === all[at]?.score) {
      if (all[end]?.attack) tiedAttacks++;
      else tiedLogins++;
      end++;
    }
    sum += tiedAttacks * (below + tiedLogins / 2);
    below += tiedLogins;
    at = end;
  }
  return sum / (attacks.length * logins.length);
}

/** The score that this share of values reaches or exceeds, at most. */
export function thresholdFor(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => b - a);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0;
}

/** Share of attacks found where this share of logins is challenged, ties for the worse. */
export function truePositiveRate(
  attacks: readonly number[],
  logins: readonly number[],
  falsePositives: number,
): number {
  const sorted = [...logins].sort((a, b) => b - a);
  const limit = sorted[Math.floor(falsePositives * sorted.length)] ?? 0;
  return attacks.filter((score) => score > limit).length / attacks.length;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/**
 * Share of a user's first `logins` logins that would be asked for a code so that `share` of the attacks are stopped; the median over users who
 * have so many.
 */
export function medianReauthentication(
  byUser: ReadonlyMap<string, readonly number[]>,
  attacks: readonly number[],
  share: number,
  logins: number,
): number {
  const threshold = thresholdFor(attacks, share);
  const rates: number[] = [];
  for (const scores of byUser.values()) {
    // A user's first login has no score.
    if (scores.length + 1 < logins) continue;
    rates.push(scores.slice(0, logins - 1).filter((score) => score >= threshold).length / logins);
  }
  return median(rates);
}
