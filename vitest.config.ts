import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "server/**/*.test.ts",
      "bench/**/*.test.ts",
      "clients/*/{src,test}/**/*.test.ts",
      "test/**/*.test.ts",
    ],
    globalSetup: ["test/postgres/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: [["default", { summary: false }], "./test/summary-reporter.ts"],
  },
});
