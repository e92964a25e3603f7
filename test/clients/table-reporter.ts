import type { Reporter, TestCase, TestModule } from "vitest/node";

const marks = { passed: "✓", failed: "✗", skipped: "–", pending: "–" } as const;

/** The suites around a test, outermost first. */
function suitesOf(test: TestCase): readonly string[] {
  const names: string[] = [];
  for (let at = test.parent; at.type === "suite"; at = at.parent) names.unshift(at.name);
  return names;
}

/** Closes a run with tables: case × client × protocol, and for each client what else was asked of it. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const calls = new Map<string, Map<string, TestCase>>();
    const others = new Map<string, TestCase[]>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const [group = "", client = ""] = suitesOf(test);
      if (group === "calls") calls.set(test.name, (calls.get(test.name) ?? new Map()).set(client, test));
      else if (client !== "")
        others.set(`${client}: ${group}`, [...(others.get(`${client}: ${group}`) ?? []), test]);
    }
    process.stdout.write(`${this.#callTable(calls)}\n${this.#countTable(others)}`);
  }

  #callTable(calls: ReadonlyMap<string, ReadonlyMap<string, TestCase>>): string {
    const columns = [...new Set([...calls.values()].flatMap((row) => [...row.keys()]))];
    const headings = columns.map((column) => column.split(/ · |, /));
    const widths = headings.map((lines) => Math.max(...lines.map((line) => line.length)));
    const first = Math.max(0, ...[...calls.keys()].map((name) => name.length));
    const line = (name: string, cells: readonly string[]) =>
      `${name.padEnd(first)}  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
    const rows = [...calls].map(([name, row]) =>
      line(
        name,
        columns.map((column) => marks[row.get(column)?.result().state ?? "skipped"]),
      ),
    );
    const heading = [0, 1, 2].map((part) =>
      line(
        "",
        headings.map((lines) => lines[part] ?? ""),
      ),
    );
    return `\n${[...heading, ...rows].join("\n")}\n`;
  }

  #countTable(others: ReadonlyMap<string, readonly TestCase[]>): string {
    const rows = [...others].map(([name, tests]) => {
      const passed = tests.filter((test) => test.result().state === "passed").length;
      return `${name.padEnd(36)}  ${passed} of ${tests.length} passed`;
    });
    return `${rows.sort().join("\n")}\n`;
  }
}
