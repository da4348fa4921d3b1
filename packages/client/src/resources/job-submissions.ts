import type {
  AwsS3Input,
  AzureBlobLocation,
  ErrorThreshold,
  ExplanationOptions,
  JobInput,
  S3Location,
} from "@millrace/contract";
import { encodeDataUrl } from "../data-url.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { parseReceipt, type Job } from "../job.js";
import { modelIdentifier, type ModelReference } from "./references.js";

/** Data items by input name and data item name. */
export type Sources<Item> = Readonly<Record<string, Readonly<Record<string, Item>>>>;

export interface SubmitOptions extends CallOptions {
  /** From -10 to 10, 0 by default; jobs of a higher priority run first. */
  readonly priority?: number;
  /** Stops the job when more inputs than this failed: a number of them, or a percentage of all. Off by default. */
  readonly errorThreshold?: ErrorThreshold;
  /** Hours after the end of the job at which texts and files that were sent along are deleted; the server's setting by default. */
  readonly hoursDeleteInput?: number;
  /** Hours after the job ends until its results are deleted; 0 keeps them. Defaults to the server's setting. */
  readonly hoursDeleteResults?: number;
  /** How to explain a model that returns no explanations of its own. Requests explanations, as `explain` does. */
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

/** Everything that submits a job. */
export class JobSubmissions {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /**
   * Runs a model over objects in S3 buckets.
   *
   * @param model a model's identifier, or a model.
   * @param version the version to run, "0.0.27".
   * @param sources where each data item of each input is.
   * @param accessKeyId credentials that may read the objects; they are deleted when the job ends.
   * @param region the region of the buckets.
   * @param explain requests explanations: the model's own, or those that the server computes for any classifier.
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
    const encoded = Object.create(null) as Record<string, Record<string, string>>;
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
   * it never creates a second job on a server that knows such keys, as Millrace does.
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
    return parseReceipt(
      await this.transport.json({ method: "POST", path: "/jobs", body, idempotencyKey: key, signal, timeoutMs }),
    );
  }
}
