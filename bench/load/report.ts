/** One measured row. */
export interface Row {
  readonly name: string;
  /** Calls per second: lowest and median of the rounds. */
  readonly lowest: number;
  readonly median: number;
  /** Milliseconds under full load, medians of the rounds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** CPU milliseconds per call: of the serving process, of PostgreSQL. */
  readonly serverCpuMs: number;
  readonly databaseCpuMs: number;
  readonly failed: number;
}

/** The middle of several numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

const whole = (value: number) => Math.round(value).toLocaleString("en");
const hundredths = (value: number) => value.toFixed(2);

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "--:"))), ...rows.map(line)].join(
    "\n",
  );
}

/** The rows as a Markdown table. */
export function rowTable(rows: readonly Row[]): string {
  return table(
    [
      "",
      "calls/s (median)",
      "lowest round",
      "p50 ms",
      "p95 ms",
      "p99 ms",
      "server CPU ms/call",
      "PostgreSQL CPU ms/call",
    ],
    rows.map((row) => [
      row.name,
      whole(row.median),
      whole(row.lowest),
      hundredths(row.p50),
      hundredths(row.p95),
      hundredths(row.p99),
      hundredths(row.serverCpuMs),
      hundredths(row.databaseCpuMs),
    ]),
  );
}

/** The rows as a picture: one bar each. */
export function rowPicture(rows: readonly Row[], title: string): string {
  const most = Math.max(...rows.map((row) => row.median));
  const bars = rows.map(({ name, median: value }, index) => {
    const y = 56 + index * 34;
    const width = Math.max(2, (value / most) * 380);
    const fill = name.startsWith("Evaluate") ? "#2563eb" : "#94a3b8";
    return `<text x="220" y="${y + 15}" text-anchor="end">${name}</text>
<rect x="230" y="${y}" width="${width.toFixed(0)}" height="22" rx="3" fill="${fill}"/>
<text x="${(236 + width).toFixed(0)}" y="${y + 15}">${whole(value)}</text>`;
  });
  const height = 70 + rows.length * 34;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#334155">
<title>${title}</title>
<rect width="720" height="${height}" fill="#ffffff"/>
<text x="20" y="30" font-size="16" font-weight="600">${title}</text>
${bars.join("\n")}
</svg>
`;
}
