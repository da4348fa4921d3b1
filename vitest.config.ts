import { defineConfig } from "vitest/config";

// The `source` condition lets tests import the packages' TypeScript, so that a test never runs against an old build.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["./packages/server/test/support/global-postgres.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/counting-reporter.ts"],
  },
});
