import { fileURLToPath } from "node:url";
import type { Suite } from "./suite.js";

/** The tests that `npm test` runs as well; they start their own server. */
export const javascript: Suite = {
  name: "javascript",
  client: "@modzy/modzy-sdk 1.0.7 from npm",
  prepare: () => ({
    command: process.execPath,
    arguments: ["node_modules/vitest/vitest.mjs", "run", "--reporter=tap-flat", "test/clients/javascript.test.ts"],
    workingDirectory: fileURLToPath(new URL("../..", import.meta.url)),
  }),
};
