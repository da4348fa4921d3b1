// npm run bench: the benchmarks below in turn, each printing its tables. npm run bench -- --only NAME [its options]: one of them.
// npm run bench -- --check: a short form of those that have peers; fails if a ratio has broken. See check/run.ts.
import { availableParallelism, cpus, totalmem } from "node:os";
import { checkRatios, recordRatios } from "./check/run.js";
import { runClientsBenchmark } from "./clients/run.js";
import { benchEndToEnd, formatEndToEnd } from "./end-to-end/run.js";
import { runEnginesBenchmark } from "./engines/run.js";
import { runModelsBenchmark } from "./models/run.js";
import { readSelection } from "./selection.js";
import { runSubmissionsBenchmark } from "./submissions/run.js";
import { benchS3Fetch, formatS3Fetch } from "./s3-fetch/run.js";

/** Each says what it needs of its parameters. */
const parts = {
  async "s3-fetch"() {
    console.log("\nFetching from S3 (a stub in memory), medians of 3 rounds");
    console.log(formatS3Fetch(await benchS3Fetch()));
  },
  async "end-to-end"() {
    console.log("\nJobs end to end through SDK and server, medians of 3 rounds");
    console.log(formatEndToEnd(await benchEndToEnd()));
  },
  engines: runEnginesBenchmark,
  models: runModelsBenchmark,
  submissions: runSubmissionsBenchmark,
  clients: runClientsBenchmark,
} satisfies Record<string, (parameters: string[]) => Promise<void>>;

/** A test of load, which takes minutes and has no peers: only when it is named. */
const onlyByName = "clients";

const { doing, only, parameters } = readSelection(process.argv.slice(2), Object.keys(parts));
const memoryGib = Math.round(totalmem() / 2 ** 30);
console.log(`Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model}), ${memoryGib} GiB`);
const selected = Object.keys(parts).filter((name) => (only === undefined ? name !== onlyByName : name === only));
if (doing === "check") await checkRatios(selected);
else if (doing === "record") await recordRatios(selected);
else for (const [name, run] of Object.entries(parts)) if (selected.includes(name)) await run(parameters);
