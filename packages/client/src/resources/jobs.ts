import type { InputAccess, JobFeatures } from "../contract.js";
import { pages } from "../http/pages.js";
import type { CallOptions } from "../http/transport.js";
import { followJob, type JobEvent, type JobEventOptions } from "../job-events.js";
import { parseJob, parseReceipt, type Job } from "../job.js";
import { waitUntilComplete, type WaitOptions } from "../wait-until-complete.js";
import { JobSubmissions } from "./job-submissions.js";
import { jobIdentifier, type JobReference } from "./references.js";

/** Which jobs to list; texts match anywhere. */
export interface HistoryFilter extends CallOptions {
  /** ALL, PENDING, TERMINATED, TERMINATED_WITH_ERROR, or one status. */
  readonly status?: string;
  /** Part of the model's name, or its identifier. */
  readonly model?: string;
  /** Part of a user's name or e-mail address. */
  readonly user?: string;
  /** An API key's prefix or part of its name. */
  readonly accessKey?: string;
  /** Created at or after. */
  readonly startDate?: Date;
  /** Ended at or before; needs `startDate`. */
  readonly endDate?: Date;
  /** createdAt by default. */
  readonly sortBy?: string;
  /** Newest first by default. */
  readonly direction?: "ASC" | "DESC";
  /** Jobs per page, 100 by default. */
  readonly pageSize?: number;
}

/** Submit jobs and follow them. */
export class Jobs extends JobSubmissions {
  /**
   * A job as it stands now.
   *
   * @example
   * const { status, completed, total } = await client.jobs.get(job);
   */
  async get(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.transport.json({ method: "GET", path: jobPath(job), ...options }));
  }

  /**
   * Appends bytes to a data item of a job that was submitted without `input`; the first make the input. For one data item, call this
   * after the last call has resolved. A call that fails may have appended: do not repeat it, cancel the job.
   *
   * @param piece up to 32 MiB by default; `features()` says what the server takes.
   * @throws ConflictError when the job is not open; PayloadTooLargeError.
   *
   * @example
   * const job = await client.jobs.submit({ model: "a1c7e0b254", version: "1.0.0" });
   * await client.jobs.append(job, "my-cat", "image", await readFile("cat.jpg"));
   * await client.jobs.close(job);
   */
  async append(
    job: JobReference,
    input: string,
    dataItem: string,
    piece: Uint8Array | Blob,
    options: CallOptions = {},
  ): Promise<void> {
    const body = new FormData();
    body.append("input", piece instanceof Blob ? piece : new Blob([piece as Uint8Array<ArrayBuffer>]), "input");
    const path = `${jobPath(job)}/${encodeURIComponent(input)}/${encodeURIComponent(dataItem)}`;
    await this.transport.send({ method: "POST", path, body, ...options });
  }

  /** Submits an open job with the files that were appended. One that is closed already is returned unchanged. */
  async close(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return parseReceipt(await this.transport.json({ method: "POST", path: `${jobPath(job)}/close`, ...options }));
  }

  /**
   * Cancels a job and keeps finished results. A job that has already ended is returned unchanged.
   *
   * @example
   * const { status } = await client.jobs.cancel(job);  // "CANCELED"
   */
  async cancel(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.transport.json({ method: "DELETE", path: jobPath(job), ...options }));
  }

  /**
   * Waits until a job has ended: COMPLETED (also when inputs failed), CANCELED or TIMEDOUT. A server that is away for a while,
   * as in a restart, is waited for.
   *
   * @throws TimeoutError after `timeoutMs`, naming the job, which continues.
   *
   * @example
   * const done = await client.jobs.waitUntilComplete(job, { onProgress: ({ completed, total }) => console.log(completed, total) });
   */
  waitUntilComplete(job: JobReference, options: WaitOptions = {}): Promise<Job> {
    // Names of inputs are left out while polling: of a large job they are most of the answer.
    const poll = async (call: CallOptions) =>
      parseJob(
        await this.transport.json({ method: "GET", path: jobPath(job), query: { exclude: "jobInputs" }, ...call }),
      );
    const source = {
      poll,
      events: (signal: AbortSignal) => followJob(this.transport, jobPath(job), { signal, inputs: false }, 0),
      getWhole: (call: CallOptions) => this.get(job, call),
    };
    return waitUntilComplete(jobIdentifier(job), source, options);
  }

  /**
   * What happens to a job as it happens: its state, its progress, and every input that finishes, from the first on. Ends
   * with the job; a broken connection is reopened, however long that takes, and resumes where it stopped.
   *
   * @throws ApiError with status 404 or 406 where a server has no events.
   *
   * @example
   * for await (const event of client.jobs.events(job)) if (event.type === "input") console.log(event.name, event.status);
   */
  events(job: JobReference, options: JobEventOptions = {}): AsyncGenerator<JobEvent> {
    return followJob(this.transport, jobPath(job), options);
  }

  /**
   * Pauses a job: no further inputs start until it is resumed.
   *
   * @throws ConflictError when the job has ended.
   *
   * @example
   * await client.jobs.pause(job);
   */
  async pause(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.#control(job, "pause", options));
  }

  /**
   * Resumes a paused job.
   *
   * @throws ConflictError when the job has ended.
   *
   * @example
   * await client.jobs.resume(job);
   */
  async resume(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.#control(job, "resume", options));
  }

  /**
   * Changes the priority of a job: inputs that have not started run earlier or later, running ones continue.
   *
   * @param priority from -10 to 10; jobs of a higher priority run first.
   * @throws ConflictError when the job has ended.
   *
   * @example
   * await client.jobs.setPriority(job, 5);
   */
  async setPriority(job: JobReference, priority: number, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.#control(job, "priority", options, { priority }));
  }

  /**
   * Runs every input of an ended job that has no result once more; results that there are stay.
   *
   * @param access what the submission's input said about how to reach the data, without its sources: the server deleted
   *   it when the job ended. Not needed for texts and files that were sent along.
   * @throws ConflictError when the job has not ended or every input has a result; BadRequestError when access is missing.
   *
   * @example
   * await client.jobs.retryFailed(job, { accessKeyID: accessKeyId, secretAccessKey, region: "us-east-1" });
   */
  async retryFailed(job: JobReference, access?: InputAccess, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.#control(job, "retry", options, access === undefined ? undefined : { input: access }));
  }

  /** None of these does harm when it is repeated. */
  #control(job: JobReference, action: string, options: CallOptions, body?: object): Promise<unknown> {
    return this.transport.json({ method: "POST", path: `${jobPath(job)}/${action}`, body, ...options });
  }

  /**
   * The jobs of your account, newest first.
   *
   * @example
   * for await (const job of client.jobs.history({ status: "PENDING" })) console.log(job.jobIdentifier, job.status);
   */
  async *history(filter: HistoryFilter = {}): AsyncGenerator<Job> {
    const { sortBy = "createdAt", pageSize = 100, signal, timeoutMs, ...equal } = filter;
    const query = { direction: "DESC", ...equal, "sort-by": sortBy };
    for await (const job of pages<unknown>(this.transport, "/jobs/history", query, pageSize, { signal, timeoutMs }))
      yield parseJob(job);
  }

  /**
   * The server's limits for one job.
   *
   * @example
   * const { maximumInputsPerJob } = await client.jobs.features();
   */
  features(options: CallOptions = {}): Promise<JobFeatures> {
    return this.transport.json({ method: "GET", path: "/jobs/features", ...options });
  }
}

function jobPath(job: JobReference): string {
  return `/jobs/${encodeURIComponent(jobIdentifier(job))}`;
}
