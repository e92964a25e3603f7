/**
 * From the sum of an attempt's weights to the log-odds that it is an attack, where 1 attempt in 50 is one and the four attackers of
 * `npm run bench:detection` come equally often. Set by hand, knot by knot, to what its seeds 101 to 104 had: what single weights say overlaps,
 * most of all around a new device at a new address, so a sum says less than it seems to. Both columns rise, so that more evidence never lowers the
 * score.
 */
const knots: readonly (readonly [sum: number, logOdds: number])[] = [
  [-16, -11],
  [-10, -8.9],
  [-7, -7.1],
  [-4, -6.2],
  [-3, -5.4],
  [-1, -2],
  [3, -1.4],
  [5, -0.7],
  [7, 0.3],
  [9, 2.1],
  [12, 4.5],
];
/** How much a unit of weight says below the first and above the last of them. */
const outside = { below: 0.35, above: 0.5 } as const;
/** Beyond these log-odds nothing can be told apart; they keep the score inside 0 and 1. */
const mostLogOdds = 30;

function logOddsOf(sum: number): number {
  let before = knots[0] ?? [0, 0];
  if (sum <= before[0]) return before[1] - outside.below * (before[0] - sum);
  for (const knot of knots) {
    if (sum <= knot[0]) {
      const share = (sum - before[0]) / (knot[0] - before[0]);
      return before[1] + share * (knot[1] - before[1]);
    }
    before = knot;
  }
  return before[1] + outside.above * (sum - before[0]);
}

/** The probability of an attack, above 0 and below 1, for a sum of weights. */
export function calibrated(sum: number): number {
  return 1 / (1 + Math.exp(-Math.max(-mostLogOdds, Math.min(mostLogOdds, logOddsOf(sum)))));
}
