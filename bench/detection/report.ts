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

/** The tables as Markdown. */
export function tables(rows: readonly Row[], point: OperatingPoint, marginals: Marginals): string {
  const cell = (row: Row) =>
    `| ${row.attacker} | ${row.scorer} | ${shown(row.auc)} | ${shown(row.tpr)} | ${row.reauth.at12.map((value) => shown(value)).join(" / ")} | ${row.reauth.at39.map((value) => shown(value)).join(" / ")} |`;
  return `| attacker | scored by | AUC | TPR at 5 % FPR | median re-authentication at 12 logins, to stop 99 % / 98 % | at 39 logins |
|---|---|---|---|---|---|
${rows.map(cell).join("\n")}

The shipped default policy challenges ${percent(point.loginsChallenged)} of owners' logins after their first, and lets in:

| ${attackerNames.join(" | ")} |
|${attackerNames.map(() => "---|").join("")}
| ${attackerNames.map((name) => `${percent(point.letIn[name])} of ${point.attacks[name]}`).join(" | ")} |

Owners' logins after the first have, in this stream (published): a new device ${percent(marginals.device)} (9 %), a new address
${percent(marginals.address)} (56 %), a new network ${percent(marginals.network)} (20 %), a new country ${percent(marginals.country)} (1 %), a new exact user
agent ${percent(marginals.userAgent)} (49 %).
`;
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
