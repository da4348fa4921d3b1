import { explanationMethods, type ExplanationOptions, type Job, type MillraceClient } from "@millrace/client";
import { type Command, InvalidArgumentError } from "commander";
import { addExplanationCommands } from "../explanations/commands.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import {
  connect,
  withBucketOptions,
  withConnection,
  type BucketOptions,
  type ConnectionOptions,
} from "./connection.js";
import { describePlaces, toInput } from "./places/to-input.js";
import { retryAccess, withRetryAccess, type RetryOptions } from "./retry-access.js";
import { formatEvent, formatJob, formatJobs, formatResults } from "./show.js";
import { waitWithBar } from "./wait.js";

/** The exit status of a command that waited for a job that had failed inputs or did not complete. */
const incompleteStatus = 3;

interface SubmitOptions extends ConnectionOptions, BucketOptions {
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
  readonly json?: boolean;
}

/** `millrace jobs ...`: submit, follow and control jobs. */
export function addJobCommands(program: Command): void {
  const jobs = program.command("jobs").description("Submit, follow and control jobs");

  withBucketOptions(withConnection(jobs.command("submit")))
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
    .option("--json", "print the results as JSON")
    .action(submit);

  withConnection(jobs.command("list"))
    .description("List jobs, newest first")
    .option("--status <status>", "comma-separated statuses: PENDING, TERMINATED, COMPLETED, ...")
    .option("--limit <number>", "maximum number of jobs", wholeNumber, 20)
    .action(list);

  onOneJob(jobs, "show", "Show a job", async (client, job) => {
    print(formatJob(await client.jobs.get(job)));
  });
  onOneJob(jobs, "wait", "Show a progress bar until a job ends", async (client, job) => {
    finish(await waitWithBar(client, job));
  });
  for (const [action, description] of [
    ["cancel", "Cancel a job and keep its finished results"],
    ["pause", "Pause a job"],
    ["resume", "Resume a paused job"],
  ] as const) {
    onOneJob(jobs, action, description, async (client, job) => {
      print(formatJob(await client.jobs[action](job)));
    });
  }
  withConnection(jobs.command("priority"))
    .description("Change a job's priority")
    .argument("<job>", "the job's identifier")
    .argument("<number>", "from -10 to 10; higher runs first", wholeNumber)
    .action(async (job: string, priority: number, options: ConnectionOptions) => {
      print(formatJob(await connect(options).jobs.setPriority(job, priority)));
    });
  withRetryAccess(withConnection(jobs.command("retry")))
    .description("Retry the failed inputs of a finished job")
    .argument("<job>", "the job's identifier")
    .action(async (job: string, options: ConnectionOptions & RetryOptions) => {
      print(formatJob(await connect(options).jobs.retryFailed(job, retryAccess(options))));
    });
  withConnection(jobs.command("events"))
    .description("Stream a job's events, one per line, until it ends")
    .argument("<job>", "the job's identifier")
    .option("--no-inputs", "omit events for finished inputs")
    .option("--json", "print each event as a line of JSON")
    .action(async (job: string, { inputs, json, ...connection }: ConnectionOptions & EventOptions) => {
      for await (const event of connect(connection).jobs.events(job, { inputs })) {
        if (json === true) printJson(event);
        else print(formatEvent(event));
      }
    });
  onOneJob(jobs, "results", "Show a job's results and failures", async (client, job, { json }) => {
    const results = await client.results.get(job);
    if (json === true) printJson(results, 2);
    else print(formatResults(results));
  }).option("--json", "print results and failures as JSON");
  addExplanationCommands(jobs);
}

interface EventOptions {
  readonly inputs: boolean;
  readonly json?: boolean;
}

function onOneJob(
  jobs: Command,
  name: string,
  description: string,
  action: (client: MillraceClient, job: string, options: { json?: boolean }) => Promise<void>,
): Command {
  return withConnection(jobs.command(name))
    .description(description)
    .argument("<job>", "the job's identifier")
    .action((job: string, options: ConnectionOptions & { json?: boolean }) => action(connect(options), job, options));
}

async function submit(model: string, places: readonly string[], options: SubmitOptions): Promise<void> {
  const client = connect(options);
  const [identifier = "", given] = model.split("@");
  const version = given ?? (await client.models.get(identifier)).latestVersion;
  const dataItem = options.item ?? (await client.models.version(identifier, version)).inputs[0]?.name ?? "input";
  const job = await client.jobs.submit({
    model: identifier,
    version,
    input: await toInput(places, dataItem, options),
    explain: options.explain ?? false,
    ...toExplanation(options),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(options.timeout === undefined ? {} : { jobTimeoutMs: options.timeout * 1_000 }),
    ...(options.errors === undefined ? {} : { errorThreshold: options.errors }),
    ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
    ...(options.deleteInputs === undefined ? {} : { hoursDeleteInput: options.deleteInputs }),
    ...(options.deleteResults === undefined ? {} : { hoursDeleteResults: options.deleteResults }),
  });
  if (options.detach === true) {
    print(printable(job.jobIdentifier));
    return;
  }
  printNotice(`Job ${printable(job.jobIdentifier)}`);
  const ended = await waitWithBar(client, job.jobIdentifier);
  const results = await client.results.get(ended);
  if (options.json === true) printJson(results, 2);
  else print(formatResults(results));
  finish(ended);
}

function toExplanation(options: SubmitOptions): { explanation?: ExplanationOptions } {
  const { explainMethod: method, explainSamples: samples, explainSeed: seed, explainClasses: classes } = options;
  const timeLimitMs = options.explainLimit === undefined ? undefined : options.explainLimit * 1_000;
  const given = Object.entries({ method, samples, seed, classes, timeLimitMs }).filter(
    ([, value]) => value !== undefined,
  );
  return given.length === 0 ? {} : { explanation: Object.fromEntries(given) as ExplanationOptions };
}

async function list({ status, limit, ...connection }: ConnectionOptions & { status?: string; limit: number }) {
  const found: Job[] = [];
  const filter = status === undefined ? {} : { status };
  for await (const job of connect(connection).jobs.history({ ...filter, pageSize: Math.min(100, limit) })) {
    if (found.push(job) >= limit) break;
  }
  print(formatJobs(found));
}

function finish({ status, failed }: Job): void {
  if (status !== "COMPLETED" || failed > 0) process.exitCode = incompleteStatus;
}

function wholeNumber(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

function errorThreshold(text: string): { count: number } | { percent: number } {
  const [, number, sign] = /^(\d{1,9}(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("Expected a number, or a percentage such as 5%.");
  return sign === "%" ? { percent: Number(number) } : { count: Number(number) };
}
