import type {
  AzureBlobLocation,
  ErrorThreshold,
  ExplanationOptions,
  InputOfType,
  InputSourceType,
  S3Folder,
  S3Location,
} from "../contract.js";
import { entriesOf, type ByName } from "../by-name.js";
import { encodeDataUrl } from "../data-url.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { parseReceipt, type Job } from "../job.js";
import { modelIdentifier, type ModelReference } from "./references.js";

/** Data items by input name and data item name. Inputs of a Map keep their order, also where their names look like numbers. */
export type Sources<Item> = ByName<ByName<Item>>;

/** The input of a submission, as the server takes it; `sources` may be a Map. */
export type SubmittedInput = {
  [Type in InputSourceType]: InputOfType[Type] extends { sources: Record<string, Record<string, infer Item>> }
    ? Omit<InputOfType[Type], "sources"> & { readonly sources: Sources<Item> }
    : InputOfType[Type];
}[InputSourceType];

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

/** Options of one type of input: the fields that the server takes and that are not arguments of its method. */
export type InputOptions<
  Type extends InputSourceType,
  Argument extends keyof InputOfType[Type] = never,
> = SubmitOptions & Partial<Readonly<Omit<InputOfType[Type], "type" | "sources" | Argument>>>;

/** A submission with every option. */
export interface Submission extends SubmitOptions {
  readonly model: ModelReference;
  readonly version: string;
  /** Without one the job stays OPEN: `append` files to it, then `close` it. */
  readonly input?: SubmittedInput;
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
    options: InputOptions<"aws-s3", S3Credentials | "region"> = {},
  ): Promise<Job> {
    const input = { type: "aws-s3", accessKeyID: accessKeyId, secretAccessKey, region, sources } as const;
    return this.submit({ model, version, explain, input, ...options });
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
    sources: Sources<S3Folder>,
    accessKeyId: string,
    secretAccessKey: string,
    region: string,
    explain = false,
    options: InputOptions<"aws-s3-folder", S3Credentials | "region"> = {},
  ): Promise<Job> {
    const input = { type: "aws-s3-folder", accessKeyID: accessKeyId, secretAccessKey, region, sources } as const;
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
    options: InputOptions<"storage-grid", S3Credentials | "endpoint"> = {},
  ): Promise<Job> {
    const input = { type: "storage-grid", accessKeyID: accessKeyId, secretAccessKey, endpoint, sources } as const;
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
    options: InputOptions<"azureblob", "storageAccount" | "storageAccountKey"> = {},
  ): Promise<Job> {
    const input = { type: "azureblob", storageAccount, storageAccountKey, sources } as const;
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
    options: InputOptions<"jdbc", "url" | "username" | "password" | "query"> = {},
  ): Promise<Job> {
    const input = { type: "jdbc", url, username, password, query } as const;
    return this.submit({ model, version, explain, input, ...options });
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
    const encoded = new Map<string, Map<string, string>>();
    for (const [name, items] of entriesOf(sources)) {
      const urls = new Map<string, string>();
      for (const [item, value] of entriesOf(items)) urls.set(item, await encodeDataUrl(value));
      encoded.set(name, urls);
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
    // What is left are options of the input.
    ...access
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
      input: input && { ...input, ...access },
    };
    const key = idempotencyKey ?? crypto.randomUUID();
    return parseReceipt(
      await this.transport.json({ method: "POST", path: "/jobs", body, idempotencyKey: key, signal, timeoutMs }),
    );
  }
}

type S3Credentials = "accessKeyID" | "secretAccessKey";
