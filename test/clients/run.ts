// Drives a live server with the published clients; each makes every call it has. Ends with `N passed, N failed`.
// From the root: npm run test:clients [-- javascript python go]
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { go } from "./go/suite.js";
import { javascript } from "./javascript.js";
import { startLiveServer } from "./live-server.js";
import { python } from "./python/suite.js";
import { runProgram, type Counts } from "./suite.js";

const suites = [javascript, python, go];
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0)
  throw new Error(
    `No client is named ${unknown.join(", ")}: choose from ${suites.map(({ name }) => name).join(", ")}.`,
  );

const cache = fileURLToPath(new URL("../../node_modules/.cache/clients", import.meta.url));
const total: Counts = { passed: 0, failed: 0 };
const server = await startLiveServer();
try {
  for (const suite of suites.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
    console.log(`\n# ${suite.client}`);
    const cacheFolder = `${cache}/${suite.name}`;
    mkdirSync(cacheFolder, { recursive: true });
    const prepared = suite.prepare(cacheFolder);
    if ("notice" in prepared) {
      console.log(`Skipped: ${prepared.notice}.`);
      continue;
    }
    const { passed, failed } = await runProgram(prepared, server.environment);
    total.passed += passed;
    total.failed += failed;
  }
} finally {
  await server.close();
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
