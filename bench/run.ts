// npm run bench: every benchmark in turn, each printing one table.
import { availableParallelism, cpus, totalmem } from "node:os";
import { benchEndToEnd, formatEndToEnd } from "./end-to-end/run.js";
import { benchS3Fetch, formatS3Fetch } from "./s3-fetch/run.js";

const memoryGib = Math.round(totalmem() / 2 ** 30);
console.log(`Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model}), ${memoryGib} GiB`);

console.log("\nFetching from S3 (a stub in memory), medians of 3 rounds");
console.log(formatS3Fetch(await benchS3Fetch()));

console.log("\nJobs end to end through SDK and server, medians of 3 rounds");
console.log(formatEndToEnd(await benchEndToEnd()));
