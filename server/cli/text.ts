import { InvalidArgumentError } from "commander";

/** Writes one line, or several, to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Reads `24h`, `90m`, `30s`, `2d` or `0` as seconds. Throws commander's InvalidArgumentError. */
export function duration(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined || (unit === "" && digits !== "0")) {
    throw new InvalidArgumentError("give a number with s, m, h or d, such as 24h; or 0");
  }
  return Number(digits) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit ?? ""] ?? 0);
}

/** How a new secret is shown, once. */
export function shownSecret(secret: string): string {
  return `  ${secret}\n\nIt is shown this once; the database keeps only a hash of it.`;
}

/** An instant to the second, in UTC. */
export function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Rows in columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
