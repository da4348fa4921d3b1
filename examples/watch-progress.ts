// Watch the running jobs, one line per change. Ctrl-C stops watching, not the jobs.
//   MILLRACE_API_KEY=... npx tsx examples/watch-progress.ts
import { MillraceClient, type Job } from "@millrace/client";

const client = new MillraceClient({ baseUrl: "http://localhost:8080", apiKey: process.env["MILLRACE_API_KEY"] ?? "" });
const watching = new AbortController();
process.once("SIGINT", () => watching.abort(new Error("stopped watching")));

const watch = (job: Job) =>
  client.jobs.waitUntilComplete(job, {
    signal: watching.signal,
    onProgress: ({ status, completed, failed, total }) =>
      console.log(`${job.model.name}  ${status}  ${completed + failed} of ${total}, ${failed} failed`),
  });

const waits: Promise<Job>[] = [];
for await (const job of client.jobs.history({ status: "PENDING" })) waits.push(watch(job));
await Promise.allSettled(waits);
