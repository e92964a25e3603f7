import { defineConfig } from "vitest/config";

// Every client against the built server. `npm run test:clients`; needs the languages' own tools, so `npm test` leaves it out.
export default defineConfig({
  test: {
    include: ["test/clients/*.live.ts"],
    globalSetup: ["test/clients/prepare.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: [
      ["default", { summary: false }],
      "./test/clients/table-reporter.ts",
      "./test/summary-reporter.ts",
    ],
  },
});
