import type {
  AwsS3Input,
  AzureBlobInput,
  AzureBlobLocation,
  ErrorThreshold,
  ExplanationOptions,
  JobFeatures,
  JobInput,
  S3Location,
  StorageGridInput,
} from "@millrace/contract";
import { encodeDataUrl } from "../data-url.js";
import { pages } from "../http/pages.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { followJob, type JobEvent, type JobEventOptions } from "../job-events.js";
import { parseJob, type Job } from "../job.js";
import { waitUntilComplete, type WaitOptions } from "../wait-until-complete.js";

/** A model's identifier, or any object that has it. */
export type ModelReference = string | { readonly identifier: string } | { readonly modelId: string };

/** A job, or its identifier. */
export type JobReference = string | Pick<Job, "jobIdentifier">;

/** Data items by input name and data item name. */
export type Sources<Item> = Readonly<Record<string, Readonly<Record<string, Item>>>>;

/** The part of an input that says how to reach its data. */
export type InputAccess = Partial<
  Omit<StorageGridInput, "type" | "sources"> & Omit<AzureBlobInput, "type" | "sources">
>;

export interface SubmitOptions extends CallOptions {
  /** From -10 to 10, 0 by default; jobs of a higher priority run first. */
  readonly priority?: number;
  /** Stops the job when more inputs than this failed: a number of them, or a percentage of all. Off by default. */
  readonly errorThreshold?: ErrorThreshold;
  /** Hours after the end of the job at which texts and files that were sent along are deleted; the server's setting by default. */
  readonly hoursDeleteInput?: number;
  /** Hours after the end of the job at which its results are deleted, 0: never; the server's setting by default. */
  readonly hoursDeleteResults?: number;
  /** How explanations are made where the model brings none of its own; asks for them, as `explain` does. */
  readonly explanation?: ExplanationOptions;
  /** Milliseconds after which the job ends as TIMEDOUT; never by default. */
  readonly jobTimeoutMs?: number;
  /** A repeated submission with the same key answers the first one's job; a random key by default. */
  readonly idempotencyKey?: string;
}

/** A submission with every option. */
export interface Submission extends SubmitOptions {
  readonly model: ModelReference;
  readonly version: string;
  readonly input: JobInput;
  /** Asks for explanations; false by default. */
  readonly explain?: boolean;
}

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
  /** Jobs asked for at a time, 100 by default. */
  readonly pageSize?: number;
}

/** Submit jobs and follow them. */
export class Jobs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Runs a model over objects in S3 buckets.
   *
   * @param model a model's identifier, or a model.
   * @param version the version to run, "0.0.27".
   * @param sources where each data item of each input is.
   * @param accessKeyId credentials that may read the objects; they are deleted when the job ends.
   * @param region the region of the buckets.
   * @param explain asks for explanations: the model's own, or those that the server makes of any classifier.
   * @returns the job, SUBMITTED.
   * @throws BadRequestError naming the field that is not valid; NotFoundError for an unknown model or version.
   *
   * @example
   * const job = await client.jobs.submitAwsS3("ed542963de", "0.0.27",
   *   { "my-input": { "input.txt": { bucket: "some-bucket", key: "some_key.txt" } } },
   *   accessKeyId, secretAccessKey, "us-east-1");
   */
  submitAwsS3(
    model: ModelReference,
    version: string,
    sources: Sources<S3Location>,
    accessKeyId: string,
    secretAccessKey: string,
    region: string,
    explain = false,
    options: SubmitOptions & Pick<AwsS3Input, "sessionToken"> = {},
  ): Promise<Job> {
    const { sessionToken, ...rest } = options;
    const input: AwsS3Input = { type: "aws-s3", accessKeyID: accessKeyId, secretAccessKey, region, sources };
    return this.submit({
      model,
      version,
      explain,
      input: sessionToken === undefined ? input : { ...input, sessionToken },
      ...rest,
    });
  }

  /**
   * Runs a model over every object below a folder of a bucket. Each becomes an input called `<source>:<rest of the key>`, with
   * ":" for "/"; the job's total is known once a worker has listed the folder.
   *
   * @param sources one folder for each source, as its only data item: `{bucket, key: "2024/photographs"}`.
   *
   * @example
   * const job = await client.jobs.submitAwsS3Folder("ed542963de", "0.0.27",
   *   { reviews: { "input.txt": { bucket: "some-bucket", key: "reviews/2024" } } },
   *   accessKeyId, secretAccessKey, "us-east-1");
   */
  submitAwsS3Folder(
    model: ModelReference,
    version: string,
    sources: Sources<S3Location>,
    accessKeyId: string,
    secretAccessKey: string,
    region: string,
    explain = false,
    options: SubmitOptions = {},
  ): Promise<Job> {
    const input: JobInput = { type: "aws-s3-folder", accessKeyID: accessKeyId, secretAccessKey, region, sources };
    return this.submit({ model, version, explain, input, ...options });
  }

  /**
   * Runs a model over objects of an S3-compatible server.
   *
   * @param endpoint the server's address; https where it names no protocol.
   *
   * @example
   * const job = await client.jobs.submitStorageGrid("ed542963de", "0.0.27",
   *   { "my-input": { "input.txt": { bucket: "some-bucket", key: "some_key.txt" } } },
   *   accessKeyId, secretAccessKey, "grid.example.com");
   */
  submitStorageGrid(
    model: ModelReference,
    version: string,
    sources: Sources<S3Location>,
    accessKeyId: string,
    secretAccessKey: string,
    endpoint: string,
    explain = false,
    options: SubmitOptions = {},
  ): Promise<Job> {
    const input: JobInput = { type: "storage-grid", accessKeyID: accessKeyId, secretAccessKey, endpoint, sources };
    return this.submit({ model, version, explain, input, ...options });
  }

  /**
   * Runs a model over blobs of an Azure storage account.
   *
   * @param storageAccountKey one of the account's keys; it is deleted when the job ends.
   *
   * @example
   * const job = await client.jobs.submitAzureBlob("ed542963de", "0.0.27",
   *   { "my-input": { "input.txt": { container: "reviews", filePath: "2024/first.txt" } } },
   *   "someaccount", storageAccountKey);
   */
  submitAzureBlob(
    model: ModelReference,
    version: string,
    sources: Sources<AzureBlobLocation>,
    storageAccount: string,
    storageAccountKey: string,
    explain = false,
    options: SubmitOptions = {},
  ): Promise<Job> {
    const input: JobInput = { type: "azureblob", storageAccount, storageAccountKey, sources };
    return this.submit({ model, version, explain, input, ...options });
  }

  /**
   * Runs a model over the rows of a query on a PostgreSQL database. Columns are named like the model's data items; rows become
   * inputs called `row-1`, `row-2` and so on.
   *
   * @param url `jdbc:postgresql://host:port/database`.
   * @param query one SELECT, which may only read.
   *
   * @example
   * const job = await client.jobs.submitJdbc("ed542963de", "0.0.27", "jdbc:postgresql://db.example.com/reviews",
   *   "reader", password, 'SELECT body AS "input.txt" FROM reviews');
   */
  submitJdbc(
    model: ModelReference,
    version: string,
    url: string,
    username: string,
    password: string,
    query: string,
    explain = false,
    options: SubmitOptions = {},
  ): Promise<Job> {
    return this.submit({
      model,
      version,
      explain,
      input: { type: "jdbc", url, username, password, query },
      ...options,
    });
  }

  /**
   * Runs a model over texts that are sent along.
   *
   * @example
   * const job = await client.jobs.submitText("ed542963de", "0.0.27", { "my-input": { "input.txt": "What a day!" } });
   */
  submitText(
    model: ModelReference,
    version: string,
    sources: Sources<string>,
    explain = false,
    options: SubmitOptions = {},
  ): Promise<Job> {
    return this.submit({ model, version, explain, input: { type: "text", sources }, ...options });
  }

  /**
   * Runs a model over files that are sent along: data URLs as they are, bytes and blobs encoded as such.
   *
   * @example
   * const job = await client.jobs.submitEmbedded("a1c7e0b254", "1.0.0", { "my-cat": { image: await readFile("cat.jpg") } });
   */
  async submitEmbedded(
    model: ModelReference,
    version: string,
    sources: Sources<string | Uint8Array | Blob>,
    explain = false,
    options: SubmitOptions = {},
  ): Promise<Job> {
    const encoded: Record<string, Record<string, string>> = {};
    for (const [name, source] of Object.entries(sources)) {
      const items = await Promise.all(
        Object.entries(source).map(async ([item, value]) => [item, await encodeDataUrl(value)] as const),
      );
      encoded[name] = Object.fromEntries(items);
    }
    return this.submit({ model, version, explain, input: { type: "embedded", sources: encoded }, ...options });
  }

  /**
   * The general form of all submissions. A submission that got no answer is repeated under the same idempotency key, so
   * it never makes a second job on a server that knows such keys, as Millrace does.
   *
   * @example
   * const job = await client.jobs.submit({ model: "ed542963de", version: "0.0.27", jobTimeoutMs: 60_000,
   *   input: { type: "text", sources: { "my-input": { "input.txt": "What a day!" } } } });
   */
  async submit({
    model,
    version,
    input,
    explain = false,
    explanation,
    jobTimeoutMs,
    priority,
    errorThreshold,
    hoursDeleteInput,
    hoursDeleteResults,
    idempotencyKey,
    signal,
    timeoutMs,
  }: Submission): Promise<Job> {
    const body = {
      model: { identifier: modelIdentifier(model), version },
      explain: explain || explanation !== undefined,
      explanation,
      // JSON leaves out what is undefined.
      timeout: jobTimeoutMs,
      priority,
      errorThreshold,
      hoursDeleteInput,
      hoursDeleteResults,
      input,
    };
    const key = idempotencyKey ?? crypto.randomUUID();
    return parseJob(
      await this.#transport.json({ method: "POST", path: "/jobs", body, idempotencyKey: key, signal, timeoutMs }),
    );
  }

  /**
   * A job as it stands now.
   *
   * @example
   * const { status, completed, total } = await client.jobs.get(job);
   */
  async get(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.#transport.json({ method: "GET", path: jobPath(job), ...options }));
  }

  /**
   * Cancels a job; what was finished stays. A job that has ended already is answered as it is.
   *
   * @example
   * const { status } = await client.jobs.cancel(job);  // "CANCELED"
   */
  async cancel(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return parseJob(await this.#transport.json({ method: "DELETE", path: jobPath(job), ...options }));
  }

  /**
   * Waits until a job has ended: COMPLETED (also when inputs failed), CANCELED or TIMEDOUT. A server that is away for a while,
   * as in a restart, is waited for.
   *
   * @throws TimeoutError after `timeoutMs`, naming the job, which goes on.
   *
   * @example
   * const done = await client.jobs.waitUntilComplete(job, { onProgress: ({ completed, total }) => console.log(completed, total) });
   */
  waitUntilComplete(job: JobReference, options: WaitOptions = {}): Promise<Job> {
    // Names of inputs are left out while polling: of a large job they are most of the answer.
    const poll = async (call: CallOptions) =>
      parseJob(
        await this.#transport.json({ method: "GET", path: jobPath(job), query: { exclude: "jobInputs" }, ...call }),
      );
    const source = {
      poll,
      events: (signal: AbortSignal) => followJob(this.#transport, jobPath(job), { signal, inputs: false }, 0),
      getWhole: (call: CallOptions) => this.get(job, call),
    };
    return waitUntilComplete(jobIdentifier(job), source, options);
  }

  /**
   * What happens to a job as it happens: its state, its progress, and every input that finishes, from the first on. Ends
   * with the job; a connection that breaks is made anew, however long that takes, and goes on where it was.
   *
   * @throws ApiError with status 404 or 406 where a server has no events.
   *
   * @example
   * for await (const event of client.jobs.events(job)) if (event.type === "input") console.log(event.name, event.status);
   */
  events(job: JobReference, options: JobEventOptions = {}): AsyncGenerator<JobEvent> {
    return followJob(this.#transport, jobPath(job), options);
  }

  /**
   * Starts no further inputs of a job until it is resumed.
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
   * Goes on with a paused job.
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
   * Gives a job another priority: what has not begun runs earlier or later, what runs goes on.
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
    return this.#transport.json({ method: "POST", path: `${jobPath(job)}/${action}`, body, ...options });
  }

  /**
   * The jobs of your account, newest first.
   *
   * @example
   * for await (const job of client.jobs.history({ status: "PENDING" })) console.log(job.jobIdentifier, job.status);
   */
  async *history(filter: HistoryFilter = {}): AsyncGenerator<Job> {
    const { startDate, endDate, sortBy, direction = "DESC", pageSize = 100, signal, timeoutMs, ...texts } = filter;
    const query = {
      ...texts,
      startDate: startDate?.toISOString(),
      endDate: endDate?.toISOString(),
      "sort-by": sortBy ?? "createdAt",
      direction,
    };
    for await (const job of pages<unknown>(this.#transport, "/jobs/history", query, pageSize, { signal, timeoutMs }))
      yield parseJob(job);
  }

  /**
   * What the server takes at most in one job.
   *
   * @example
   * const { maximumInputsPerJob } = await client.jobs.features();
   */
  features(options: CallOptions = {}): Promise<JobFeatures> {
    return this.#transport.json({ method: "GET", path: "/jobs/features", ...options });
  }
}

/** The identifier of a job or a reference to one. */
export function jobIdentifier(job: JobReference): string {
  return typeof job === "string" ? job : job.jobIdentifier;
}

/** The identifier of a model or a reference to one. */
export function modelIdentifier(model: ModelReference): string {
  if (typeof model === "string") return model;
  return "identifier" in model ? model.identifier : model.modelId;
}

function jobPath(job: JobReference): string {
  return `/jobs/${encodeURIComponent(jobIdentifier(job))}`;
}
