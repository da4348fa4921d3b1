// npm run bench: every benchmark in turn, each printing one table. npm run bench -- clients: many clients at once, see clients/run.ts.
import { availableParallelism, cpus, totalmem } from "node:os";
import { runClientsBenchmark } from "./clients/run.js";
import { benchEndToEnd, formatEndToEnd } from "./end-to-end/run.js";
import { benchS3Fetch, formatS3Fetch } from "./s3-fetch/run.js";

async function runAll(): Promise<void> {
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  console.log(`Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model}), ${memoryGib} GiB`);

  console.log("\nFetching from S3 (a stub in memory), medians of 3 rounds");
  console.log(formatS3Fetch(await benchS3Fetch()));

  console.log("\nJobs end to end through SDK and server, medians of 3 rounds");
  console.log(formatEndToEnd(await benchEndToEnd()));
}

const [part, ...parameters] = process.argv.slice(2);
if (part === undefined) await runAll();
else if (part === "clients") await runClientsBenchmark(parameters);
else throw new Error(`Unknown benchmark ${part}: expected clients, or nothing for those of the file's first line.`);
