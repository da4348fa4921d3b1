import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Tests outside of `src` that need neither a server nor a process of their own. */
const unitTestsElsewhere = [
  "packages/client/test/browser-bundle.test.ts",
  "packages/runners/test/onnx-*.test.ts",
  "test/bench/{check,engines}/*.test.ts",
  "test/demo/{options,results}.test.ts",
  "test/fuzz/*.test.ts",
  "test/kubernetes/*.test.ts",
  "test/no-database.test.ts",
  "test/structure/*.test.ts",
];
const noDatabase = fileURLToPath(new URL("test/no-database.ts", import.meta.url));

/** Long enough for a machine ten times slower: it ends a test that hangs, and measures nothing. */
const longestMs = 600_000;

// The `source` condition lets tests import the packages' TypeScript, so that a test never runs against an old build.
export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    // Tests mostly wait, for processes and for each other: with one core left free, as is usual, they would wait in a row.
    maxWorkers: "100%",
    testTimeout: longestMs,
    hookTimeout: longestMs,
    teardownTimeout: longestMs,
    expect: { poll: { timeout: longestMs / 2 } },
    reporters: ["default", "./test/counting-reporter.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", ...unitTestsElsewhere],
          // Files share a process: most of their time would go into loading the same modules again.
          isolate: false,
          // Whatever could reach a database says that a unit test must not.
          alias: { pg: noDatabase, "graphile-worker": noDatabase },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...unitTestsElsewhere],
          globalSetup: ["./packages/server/test/support/global-postgres.ts"],
        },
      },
    ],
  },
});
