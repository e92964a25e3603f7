import type { Judged } from "./run.js";

/** Where one attempt in so many is an attack; what the score is calibrated for. */
const baseRate = 1 / 50;
const edges = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 1] as const;

/**
 * How far scores are what they say: for each range of scores the mean of them beside the share of attempts that were attacks, all attempts weighed so
 * that attacks are as frequent as the score assumes. First logins of users have nothing to be compared with and are left out.
 */
export function reliabilityTable(judged: readonly Judged[]): string {
  const scored = judged.filter(({ attacker, historySize }) => attacker !== undefined || historySize > 0);
  const attacks = scored.filter(({ attacker }) => attacker !== undefined).length;
  const weightOf = ({ attacker }: Judged) =>
    attacker === undefined ? (1 - baseRate) / (scored.length - attacks) : baseRate / attacks;
  const rows = edges.slice(1).map((to, index) => {
    const from = edges[index] ?? 0;
    const inside = scored.filter(({ score }) => score >= from && score < to);
    const sum = (of: (each: Judged) => number) => inside.reduce((total, each) => total + of(each), 0);
    const weight = sum(weightOf);
    const mean = sum((each) => weightOf(each) * each.score) / weight;
    const share = sum((each) => (each.attacker === undefined ? 0 : weightOf(each))) / weight;
    const shown = (value: number) => (Number.isFinite(value) ? value.toFixed(4) : "");
    const found = inside.filter(({ attacker }) => attacker !== undefined).length;
    return `| ${from} to ${to} | ${shown(mean)} | ${shown(share)} | ${inside.length} | ${found} |`;
  });
  return `| score | mean score | share that were attacks, at 1 attack in 50 | attempts | of them attacks |
|---|---|---|---|---|
${rows.join("\n")}
`;
}
