import pLimit from "p-limit";
import { MillraceClient } from "@millrace/client";
import { noOp } from "../scale/models.js";
import { percentile, submitTexts } from "../scale/load.js";
import type { EnginesOptions } from "./options.js";
import type { Sides } from "./sides.js";

/** How long one kind of small job takes. */
export interface Latency {
  readonly work: string;
  readonly side: string;
  /** Of jobs that were waited for; NaN when only all together were timed. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** All of them, divided by their number. */
  readonly meanMs: number;
  readonly jobs: number;
  /** What the p50 is compared with, and how many times as long it is. */
  readonly against?: { readonly name: string; readonly ratio: number };
}

const warmUps = 20;
// Also the most that are measured behind the large job, should it last.
const smallJobsInTurn = 100;
const submissionsInFlight = 16;

/** Times small jobs, from the call that submits one to its end, seen by `waitUntilComplete`. */
export async function measureLatency(
  { millrace, startPeer }: Pick<Sides, "millrace" | "startPeer">,
  options: EnginesOptions,
): Promise<Latency[]> {
  const client = new MillraceClient(millrace);
  const { child: graphile } = await startPeer("graphile-worker-latency.ts");
  const runJob = async (inputCount: number) => {
    const startedAt = performance.now();
    const job = await submitTexts(client, noOp, inputCount);
    await expectCompleted(client, job.jobIdentifier);
    return performance.now() - startedAt;
  };
  const inTurn = async (inputCount: number, jobs: number, isOver = () => false) => {
    const times: number[] = [];
    while (times.length < jobs && !isOver()) times.push(await runJob(inputCount));
    return times;
  };
  await inTurn(1, warmUps);
  await graphile.ask<number[]>({ count: warmUps });

  // In turn, a share in every round.
  const alone: number[] = [];
  const tasks: number[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const share = Math.ceil((options.submissions - alone.length) / (options.rounds - round));
    alone.push(...(await inTurn(1, share)));
    tasks.push(...(await graphile.ask<number[]>({ count: share })));
  }
  const reference = describe("one text", "graphile-worker: addJob to the row, by LISTEN", tasks);
  const oneText = describe("one text", "Millrace", alone);
  const rows = [compare(oneText, "graphile-worker", reference), reference];

  const large = await submitTexts(client, noOp, options.largeJobInputs);
  let isOver = false;
  const ended = client.jobs.waitUntilComplete(large.jobIdentifier).finally(() => (isOver = true));
  const behind = await inTurn(1, smallJobsInTurn, () => isOver);
  // It may end right now.
  if (!isOver) await client.jobs.cancel(large.jobIdentifier).catch(() => undefined);
  await ended;
  const work = `one text behind a job of ${options.largeJobInputs.toLocaleString("en")}`;
  rows.push(compare(describe(work, "Millrace", behind), "alone", oneText));

  await inTurn(10, warmUps);
  rows.push(
    describe("10 texts, job after job", "Millrace", await inTurn(10, Math.min(smallJobsInTurn, options.smallJobs))),
  );
  rows.push(await measureAtOnce(client, options.smallJobs));
  return rows;
}

async function measureAtOnce(client: MillraceClient, jobs: number): Promise<Latency> {
  const startedAt = performance.now();
  const submitted = await pLimit(submissionsInFlight).map(Array.from({ length: jobs }), () =>
    submitTexts(client, noOp, 10),
  );
  for (const { jobIdentifier } of submitted) await expectCompleted(client, jobIdentifier);
  const meanMs = (performance.now() - startedAt) / jobs;
  const work = `10 texts, ${jobs.toLocaleString("en")} jobs at once`;
  return { work, side: "Millrace", p50Ms: NaN, p99Ms: NaN, meanMs, jobs };
}

async function expectCompleted(client: MillraceClient, job: string): Promise<void> {
  const { status, failed } = await client.jobs.waitUntilComplete(job);
  if (status !== "COMPLETED" || failed !== 0)
    throw new Error(`Job ${job} is ${status} with ${failed} failed inputs, expected COMPLETED with none.`);
}

function describe(work: string, side: string, times: readonly number[]): Latency {
  const meanMs = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { work, side, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99), meanMs, jobs: times.length };
}

function compare(latency: Latency, name: string, reference: Latency): Latency {
  return { ...latency, against: { name, ratio: latency.p50Ms / reference.p50Ms } };
}
