import type { Reporter, TestCase, TestModule } from "vitest/node";

const marks = { passed: "✓", failed: "✗", skipped: "–", pending: "–" } as const;

/** The suites around a test, outermost first. */
function suitesOf(test: TestCase): readonly string[] {
  const names: string[] = [];
  for (let at = test.parent; at.type === "suite"; at = at.parent) names.unshift(at.name);
  return names;
}

/** Closes a run with tables: client × protocol × example, and for each client what else was asked of it. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const calls = new Map<string, Map<string, TestCase>>();
    const others = new Map<string, TestCase[]>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const [group = "", client = ""] = suitesOf(test);
      if (group === "calls") calls.set(client, (calls.get(client) ?? new Map()).set(test.name, test));
      else if (client !== "")
        others.set(`${client}: ${group}`, [...(others.get(`${client}: ${group}`) ?? []), test]);
    }
    process.stdout.write(`${this.#callTable(calls)}\n${this.#countTable(others)}`);
  }

  /** A row for each client and protocol, a numbered column for each example. */
  #callTable(calls: ReadonlyMap<string, ReadonlyMap<string, TestCase>>): string {
    const examples = [...new Set([...calls.values()].flatMap((row) => [...row.keys()]))];
    const legend = examples.map((name, index) => `${String(index + 1).padStart(2)}  ${name}`);
    const first = Math.max(0, ...[...calls.keys()].map((name) => name.length));
    const line = (name: string, cells: readonly string[]) =>
      `${name.padEnd(first)}  ${cells.map((cell) => cell.padStart(2)).join(" ")}`.trimEnd();
    const heading = line(
      "",
      examples.map((_, index) => String(index + 1)),
    );
    // A dot: this client has no method for it.
    const cellOf = (test: TestCase | undefined) => (test === undefined ? "·" : marks[test.result().state]);
    const rows = [...calls].map(([name, row]) =>
      line(
        name,
        examples.map((example) => cellOf(row.get(example))),
      ),
    );
    return `\n${[...legend, "", heading, ...rows].join("\n")}\n`;
  }

  #countTable(others: ReadonlyMap<string, readonly TestCase[]>): string {
    const rows = [...others].map(([name, tests]) => {
      const passed = tests.filter((test) => test.result().state === "passed").length;
      return `${name.padEnd(36)}  ${passed} of ${tests.length} passed`;
    });
    return `${rows.sort().join("\n")}\n`;
  }
}
