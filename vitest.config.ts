import { defineConfig } from "vitest/config";

// The `source` condition lets tests import the packages' TypeScript, so that a test never runs against an old build.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["./packages/server/test/support/global-postgres.ts"],
    // Tests mostly wait, for processes and for each other: with one core left free, as is usual, they would wait in a row.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/counting-reporter.ts"],
  },
});
