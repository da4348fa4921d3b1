import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { noOp } from "../scale/models.js";
import type { Tally } from "./tally.js";

export const kinds = {
  submit: "POST /jobs",
  poll: "GET /jobs/{job}",
  events: "GET /jobs/{job}/events",
  results: "GET /results/{job}",
  history: "GET /jobs/history",
  /** From the submission until the client knows that the job has ended. */
  job: "a job, until it is seen to end",
} as const;

// About so many, when a job takes less than a second.
const requestsPerRound = 5;

export interface ClientOptions {
  readonly url: string;
  readonly apiKey: string;
  /** Mean pause between two requests: half of it to one and a half. 0: none, and a poll waits for its answer only. */
  readonly thinkMs: number;
  /** Follows its jobs by their events; otherwise it asks again and again. */
  readonly followsEvents: boolean;
  readonly tally: Tally;
  /** No new round begins after; what is open is waited for. */
  readonly isOver: () => boolean;
}

/** One user's program: submits a text, waits for the job, reads its results and the list of its jobs, and again until it is over. */
export async function runClient({ url, apiKey, thinkMs, followsEvents, tally, isOver }: ClientOptions): Promise<void> {
  // Connections of its own, as programs on different machines have.
  const connections = new Pool(url, { connections: 2 });
  const headers = { authorization: `ApiKey ${apiKey}`, "content-type": "application/json" };
  /** The body; undefined when it failed. */
  const call = async (kind: string, path: string, body?: object): Promise<string | undefined> => {
    const startedAt = performance.now();
    try {
      const method = body === undefined ? "GET" : "POST";
      const { statusCode, body: answer } = await connections.request({
        method,
        path: `/api${path}`,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.text();
      if (statusCode < 400) {
        tally.succeed(kind, performance.now() - startedAt);
        return text;
      }
      tally.fail(kind, `${statusCode} ${(JSON.parse(text) as { code: string }).code}`);
    } catch (error) {
      tally.fail(kind, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
    }
    return undefined;
  };
  const think = () => delay(thinkMs * (0.5 + Math.random()));
  /** Whether it completed; what cannot be asked, cannot be seen. */
  const untilEnded = async (job: string): Promise<boolean> => {
    if (followsEvents) return (await call(kinds.events, `/jobs/${job}/events`))?.includes('"COMPLETED"') === true;
    for (;;) {
      await think();
      const seen = await call(kinds.poll, `/jobs/${job}?exclude=jobInputs`);
      if (seen === undefined) return false;
      const { status } = JSON.parse(seen) as { status: string };
      if (status !== "SUBMITTED" && status !== "IN_PROGRESS") return status === "COMPLETED";
    }
  };
  const text = `So says ${apiKey.split(".")[0]}.`;
  const submission = {
    model: { identifier: noOp.model, version: noOp.version },
    input: { type: "text", sources: { "my-input": { [noOp.dataItem]: text } } },
  };
  // At any moment some are here, some there in their rounds.
  await delay(thinkMs * requestsPerRound * Math.random());
  while (!isOver()) {
    const startedAt = performance.now();
    const receipt = await call(kinds.submit, "/jobs", submission);
    if (receipt === undefined) {
      await delay(1_000);
      continue;
    }
    const { jobIdentifier } = JSON.parse(receipt) as { jobIdentifier: string };
    if (await untilEnded(jobIdentifier)) tally.succeed(kinds.job, performance.now() - startedAt);
    else tally.fail(kinds.job, "not completed");
    await think();
    const results = await call(kinds.results, `/results/${jobIdentifier}`);
    if (results !== undefined && !results.includes(`"sizeBytes":${text.length}`)) tally.fail(kinds.results, results);
    await think();
    await call(kinds.history, "/jobs/history?per-page=10");
    await think();
  }
  await connections.close();
}
