import { defineConfig } from "vitest/config";
import LongestFirst from "./test/longest-first.js";

export default defineConfig({
  test: {
    include: [
      "server/**/*.test.ts",
      "bench/**/*.test.ts",
      "clients/*/{src,test}/**/*.test.ts",
      "test/**/*.test.ts",
    ],
    globalSetup: ["test/built.ts", "test/postgres/global-setup.ts", "test/server/few-places.ts"],
    pool: "forks",
    // Workers go from file to file with the modules they have: loading the server anew for each took a third of the run.
    isolate: false,
    // One more than the cores that we count on: browsers, and databases that are gone, are waited for much of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // For what hangs; a busy machine takes its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: [["default", { summary: false }], "./test/summary-reporter.ts"],
  },
});
