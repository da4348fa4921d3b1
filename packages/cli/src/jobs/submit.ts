import { explanationMethods, type ExplanationOptions, type Job } from "@millrace/client";
import { type Command, InvalidArgumentError } from "commander";
import { withAwsOptions, type AwsOptions } from "../aws/options.js";
import type { AwsSession } from "../aws/session.js";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { wholeNumber } from "../terminal/parse-numbers.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import type { Submitted } from "./places/place.js";
import { describePlaces, toInput } from "./places/to-input.js";
import { showResults } from "./results.js";
import type { uploadFiles } from "./upload.js";
import { waitWithBar } from "./wait.js";
import { setExitStatus } from "./watch.js";

interface SubmitOptions extends ConnectionOptions, AwsOptions, JsonOption {
  readonly item?: string;
  readonly explain?: boolean;
  readonly explainMethod?: string;
  readonly explainSamples?: number;
  readonly explainSeed?: number;
  readonly explainClasses?: string[];
  readonly explainLimit?: number;
  readonly priority?: number;
  readonly timeout?: number;
  readonly errors?: { readonly count: number } | { readonly percent: number };
  readonly deleteInputs?: number;
  readonly deleteResults?: number;
  readonly idempotencyKey?: string;
  readonly detach?: boolean;
}

/** `millrace jobs submit`. */
export function addSubmitCommand(jobs: Command): void {
  const command = withAwsOptions(withJson(withConnection(jobs.command("submit"))))
    .description("Run a model over objects, folders or files, then wait and print the results")
    .argument("<model>", "identifier or identifier@version (default: the latest version)")
    .argument("<places...>", describePlaces())
    .option("--item <name>", "name of the data item (default: the model's first)")
    .option("--explain", "explain the predictions")
    .option("--explain-method <method>", `${explanationMethods.join(", ")}; for models that do not explain themselves`)
    .option("--explain-samples <number>", "maximum number of model calls per input", wholeNumber)
    .option("--explain-seed <number>", "random seed; the same seed gives the same explanation", wholeNumber)
    .option("--explain-classes <names...>", "classes to explain (default: the most probable)")
    .option(
      "--explain-limit <seconds>",
      "time limit per input; then explain with the samples collected so far",
      wholeNumber,
    )
    .option("--priority <number>", "priority from -10 to 10; higher runs first", wholeNumber)
    .option("--timeout <seconds>", "time limit for the job", wholeNumber)
    .option(
      "--errors <limit>",
      "stop the job when more inputs than this fail: a number or a percentage such as 5%",
      errorThreshold,
    )
    .option("--delete-inputs <hours>", "delete uploaded files this many hours after the job ends", wholeNumber)
    .option("--delete-results <hours>", "delete results this many hours after the job ends; 0 keeps them", wholeNumber)
    .option("--idempotency-key <key>", "reusing a key within 24 hours returns the existing job")
    .option("--detach", "print the job identifier without waiting")
    .action(submit);
  withExamples(
    command,
    "millrace jobs submit ed542963de reviews/",
    "millrace jobs submit ed542963de 'reviews/**/*.txt' --explain",
    "millrace jobs submit ed542963de s3://some-bucket/reviews/ --detach",
    "millrace jobs submit ed542963de@0.0.27 's3://some-bucket/reviews/**/*.txt' --json",
  );
}

async function submit(model: string, places: readonly string[], options: SubmitOptions): Promise<void> {
  const client = connect(options);
  const [identifier = "", given] = model.split("@");
  const version = given ?? (await client.models.get(identifier)).latestVersion;
  const dataItem = options.item ?? (await client.models.version(identifier, version)).inputs[0]?.name ?? "input";
  const submitted = await readPlaces(places, dataItem, options);
  const created = await client.jobs.submit({
    model: identifier,
    version,
    ...("input" in submitted ? { input: submitted.input } : {}),
    explain: options.explain ?? false,
    ...toExplanation(options),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(options.timeout === undefined ? {} : { jobTimeoutMs: options.timeout * 1_000 }),
    ...(options.errors === undefined ? {} : { errorThreshold: options.errors }),
    ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
    ...(options.deleteInputs === undefined ? {} : { hoursDeleteInput: options.deleteInputs }),
    ...(options.deleteResults === undefined ? {} : { hoursDeleteResults: options.deleteResults }),
  });
  // The same key again: its files were sent with the first.
  const isOpen = "upload" in submitted && created.status === "OPEN";
  const job = isOpen ? await sendFiles(client, created, submitted.upload, dataItem) : created;
  if (options.detach === true) return showIdentifier(job, options);
  printNotice(`Job ${printable(job.jobIdentifier)}`);
  const ended = await waitWithBar(client, job.jobIdentifier);
  await showResults(client, ended.jobIdentifier, options);
  setExitStatus(ended);
}

async function sendFiles(...parameters: Parameters<typeof uploadFiles>): Promise<Job> {
  const upload = await import("./upload.js");
  return upload.uploadFiles(...parameters);
}

async function readPlaces(places: readonly string[], dataItem: string, options: AwsOptions): Promise<Submitted> {
  let opening: Promise<AwsSession> | undefined;
  let session: AwsSession | undefined;
  const open = async () => {
    const { openAws } = await import("../aws/session.js");
    return (session = await openAws(options));
  };
  try {
    return await toInput(places, { dataItem, aws: () => (opening ??= open()) });
  } finally {
    session?.client.destroy();
  }
}

function showIdentifier({ jobIdentifier, status }: Job, { json }: JsonOption): void {
  if (json === true) printJson({ jobIdentifier, status });
  else print(printable(jobIdentifier));
}

function toExplanation(options: SubmitOptions): { explanation?: ExplanationOptions } {
  const { explainMethod: method, explainSamples: samples, explainSeed: seed, explainClasses: classes } = options;
  const timeLimitMs = options.explainLimit === undefined ? undefined : options.explainLimit * 1_000;
  const given = Object.entries({ method, samples, seed, classes, timeLimitMs }).filter(
    ([, value]) => value !== undefined,
  );
  return given.length === 0 ? {} : { explanation: Object.fromEntries(given) as ExplanationOptions };
}

function errorThreshold(text: string): { count: number } | { percent: number } {
  const [, number, sign] = /^(\d{1,9}(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("Expected a number, or a percentage such as 5%.");
  return sign === "%" ? { percent: Number(number) } : { count: Number(number) };
}
