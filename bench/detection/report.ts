import { areaUnderCurve, medianReauthentication, truePositiveRate } from "./measures.js";
import { type AttackerName, attackerNames } from "./people.js";
import type { Judged, Marginals } from "./run.js";

/** What is measured of one way to score, for one attacker. */
export interface Row {
  readonly attacker: AttackerName;
  readonly scorer: "this service" | "published model";
  readonly auc: number;
  /** At 5 % false positives. */
  readonly tpr: number;
  /** Median re-authentication, by logins and by share of attacks that is stopped. */
  readonly reauth: { readonly at12: readonly [number, number]; readonly at39: readonly [number, number] };
}

/** How the shipped default policy stands. */
export interface OperatingPoint {
  readonly loginsChallenged: number;
  readonly firstLoginsChallenged: number;
  readonly letIn: Readonly<Record<AttackerName, number>>;
  readonly attacks: Readonly<Record<AttackerName, number>>;
}

/** Measures both ways to score. Logins are the owners', but for the first of each. */
export function measure(judged: readonly Judged[]): readonly Row[] {
  return attackerNames.flatMap((attacker) =>
    (["this service", "published model"] as const).map((scorer) => {
      const scoreOf = ({ score, published }: Judged) =>
        scorer === "this service" ? score : (published ?? 0);
      const attacks = judged.filter((each) => each.attacker === attacker).map(scoreOf);
      const byUser = new Map<string, number[]>();
      const logins: number[] = [];
      for (const each of judged) {
        if (each.attacker !== undefined || each.historySize === 0) continue;
        const score = scoreOf(each);
        logins.push(score);
        const own = byUser.get(each.user);
        if (own === undefined) byUser.set(each.user, [score]);
        else own.push(score);
      }
      const reauth = (count: number) =>
        [0.99, 0.98].map((share) => medianReauthentication(byUser, attacks, share, count)) as unknown as [
          number,
          number,
        ];
      return {
        attacker,
        scorer,
        auc: areaUnderCurve(attacks, logins),
        tpr: truePositiveRate(attacks, logins, 0.05),
        reauth: { at12: reauth(12), at39: reauth(39) },
      };
    }),
  );
}

/** Measures the default policy. */
export function operatingPoint(judged: readonly Judged[]): OperatingPoint {
  const asked = ({ verdict }: Judged) => verdict !== "allow";
  const share = (some: readonly Judged[]) =>
    some.length === 0 ? 0 : some.filter(asked).length / some.length;
  const owners = judged.filter(({ attacker }) => attacker === undefined);
  const of = (name: AttackerName) => judged.filter(({ attacker }) => attacker === name);
  return {
    loginsChallenged: share(owners.filter(({ historySize }) => historySize > 0)),
    firstLoginsChallenged: share(owners.filter(({ historySize }) => historySize === 0)),
    letIn: Object.fromEntries(attackerNames.map((name) => [name, 1 - share(of(name))])) as Record<
      AttackerName,
      number
    >,
    attacks: Object.fromEntries(attackerNames.map((name) => [name, of(name).length])) as Record<
      AttackerName,
      number
    >,
  };
}

const shown = (value: number, digits = 3) => value.toFixed(digits);
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** Figures of several seeds as one: their mean, with the least and the most of them. */
function spread(values: readonly number[], format: (value: number) => string): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return format(mean);
  const [least, most] = [format(Math.min(...values)), format(Math.max(...values))];
  return least === most ? format(mean) : `${format(mean)} (${least} to ${most})`;
}

/** The same row of each seed. */
function sameOf(row: Row, bySeed: readonly (readonly Row[])[]): readonly Row[] {
  return bySeed.flatMap((rows) =>
    rows.filter(({ attacker, scorer }) => attacker === row.attacker && scorer === row.scorer),
  );
}

/** The tables as Markdown, of one seed or several. */
export function tables(
  bySeed: readonly (readonly Row[])[],
  points: readonly OperatingPoint[],
  marginals: readonly Marginals[],
): string {
  const cell = (row: Row) => {
    const same = sameOf(row, bySeed);
    const of = (figure: (each: Row) => number) => spread(same.map(figure), shown);
    return `| ${row.attacker} | ${row.scorer} | ${of(({ auc }) => auc)} | ${of(({ tpr }) => tpr)} | ${of(({ reauth }) => reauth.at12[0])} | ${of(({ reauth }) => reauth.at12[1])} | ${of(({ reauth }) => reauth.at39[0])} | ${of(({ reauth }) => reauth.at39[1])} |`;
  };
  const percents = (values: readonly number[]) => spread(values, percent);
  const fresh = (what: keyof Marginals) => percents(marginals.map((each) => each[what]));
  return `| attacker | scored by | AUC | TPR at 5 % FPR | median re-authentication at 12 logins, to stop 99 % | 98 % | at 39 logins, 99 % | 98 % |
|---|---|---|---|---|---|---|---|
${(bySeed[0] ?? []).map(cell).join("\n")}

The shipped default policy challenges ${percents(points.map(({ loginsChallenged }) => loginsChallenged))} of owners' logins after their first, and lets in:

| ${attackerNames.join(" | ")} |
|${attackerNames.map(() => "---|").join("")}
| ${attackerNames.map((name) => `${percents(points.map(({ letIn }) => letIn[name]))} of ${points.reduce((sum, { attacks }) => sum + attacks[name], 0)}`).join(" | ")} |

Owners' logins after the first have, in this stream (published): a new device ${fresh("device")} (9 %), a new address
${fresh("address")} (56 %), a new network ${fresh("network")} (20 %), a new country ${fresh("country")} (1 %), a new exact user
agent ${fresh("userAgent")} (49 %).
`;
}

/** The mean of each row over the seeds, for the picture. */
export function meanRows(bySeed: readonly (readonly Row[])[]): readonly Row[] {
  return (bySeed[0] ?? []).map((row) => {
    const same = sameOf(row, bySeed);
    return { ...row, tpr: same.reduce((sum, { tpr }) => sum + tpr, 0) / same.length };
  });
}

const colours = { "this service": "#0b6e4f", "published model": "#b7410e" } as const;

/** A picture of detection: for each attacker the share that is found at 5 % false positives, both scorers side by side. */
export function picture(rows: readonly Row[]): string {
  const [width, barHeight, gap, left] = [640, 18, 14, 130];
  const groups = attackerNames.map((name) => rows.filter(({ attacker }) => attacker === name));
  const groupHeight = 2 * barHeight + gap;
  const height = 60 + groups.length * groupHeight;
  const bars = groups.flatMap((group, index) =>
    group.map(({ scorer, tpr, attacker }, inner) => {
      const y = 40 + index * groupHeight + inner * barHeight;
      const label =
        inner === 0
          ? `<text x="${left - 8}" y="${y + barHeight + 4}" text-anchor="end">${attacker}</text>`
          : "";
      const length = (width - left - 70) * tpr;
      return `${label}<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight - 3}" fill="${colours[scorer]}"/><text x="${(left + length + 6).toFixed(1)}" y="${y + 12}">${shown(tpr)}</text>`;
    }),
  );
  const legend = Object.entries(colours)
    .map(
      ([name, colour], index) =>
        `<rect x="${left + index * 150}" y="12" width="12" height="12" fill="${colour}"/><text x="${left + 18 + index * 150}" y="22">${name}</text>`,
    )
    .join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#444" role="img" aria-label="Share of attacks found at 5 % false positives">
<rect width="${width}" height="${height}" fill="#fff"/>${legend}${bars.join("\n")}
<text x="${left}" y="${height - 6}" font-size="12">share of attacks found where 5 % of owners' logins are challenged</text></svg>
`;
}
