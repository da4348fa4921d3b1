import { explanationMethods, type ExplanationOptions, type Job, type MillraceClient } from "@millrace/client";
import { type Command, InvalidArgumentError } from "commander";
import { addExplanationCommands } from "../explanations/commands.js";
import { connect, withConnection, type ConnectionOptions } from "./connection.js";
import { describePlaces, toInput } from "./places/to-input.js";
import { retryAccess, withRetryAccess } from "./retry-access.js";
import { formatEvent, formatJob, formatJobs, formatResults } from "./show.js";
import { waitWithBar } from "./wait.js";

/** The exit status of a command that waited for a job of which inputs failed, or that did not complete. */
const incompleteStatus = 3;

interface SubmitOptions extends ConnectionOptions {
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

/** `millrace jobs ...`: submit, follow and steer jobs of a server. */
export function addJobCommands(program: Command): void {
  const jobs = program.command("jobs").description("Submit, follow and steer jobs of a server");

  withConnection(jobs.command("submit"))
    .description("Run a model over objects, folders or files; waits and shows the results")
    .argument("<model>", "identifier, or identifier@version; the latest version when left out")
    .argument("<places...>", describePlaces())
    .option("--item <name>", "what the model calls its data item (default: its first)")
    .option("--explain", "ask for explanations")
    .option(
      "--explain-method <method>",
      `${explanationMethods.join(", ")}; where the model brings no explanations of its own`,
    )
    .option("--explain-samples <number>", "how often the model is asked about an input, at most", wholeNumber)
    .option("--explain-seed <number>", "the same seed gives the same explanation", wholeNumber)
    .option("--explain-classes <names...>", "the classes to explain (default: the most probable)")
    .option("--explain-limit <seconds>", "make explanations of what there is after so long", wholeNumber)
    .option("--priority <number>", "from -10 to 10", wholeNumber)
    .option("--timeout <seconds>", "end the job after so long", wholeNumber)
    .option("--errors <limit>", "stop when more inputs fail: a number, or a percentage such as 5%", errorThreshold)
    .option("--delete-inputs <hours>", "delete files that were sent so long after the end", wholeNumber)
    .option("--delete-results <hours>", "delete the results so long after the end; 0: never", wholeNumber)
    .option("--idempotency-key <key>", "the same key again, within a day, answers the job that there is")
    .option("--detach", "print the job's identifier and do not wait")
    .option("--json", "print the results as JSON")
    .action(submit);

  withConnection(jobs.command("list"))
    .description("The account's jobs, the newest first")
    .option("--status <status>", "PENDING, TERMINATED, COMPLETED, ...; several with commas")
    .option("--limit <number>", "how many", wholeNumber, 20)
    .action(list);

  onOneJob(jobs, "show", "What is known of a job", async (client, job) => {
    console.log(formatJob(await client.jobs.get(job)));
  });
  onOneJob(jobs, "wait", "Show a bar until a job has ended", async (client, job) => {
    finish(await waitWithBar(client, job));
  });
  for (const [action, description] of [
    ["cancel", "End a job; results that there are stay"],
    ["pause", "Start no further inputs of a job"],
    ["resume", "Go on with a paused job"],
  ] as const) {
    onOneJob(jobs, action, description, async (client, job) => {
      console.log(formatJob(await client.jobs[action](job)));
    });
  }
  withConnection(jobs.command("priority"))
    .description("Let what has not begun of a job run earlier or later")
    .argument("<job>", "the job's identifier")
    .argument("<number>", "from -10 to 10; a higher one runs first", wholeNumber)
    .action(async (job: string, priority: number, options: ConnectionOptions) => {
      console.log(formatJob(await connect(options).jobs.setPriority(job, priority)));
    });
  withRetryAccess(withConnection(jobs.command("retry")))
    .description("Run the inputs of an ended job that failed once more")
    .argument("<job>", "the job's identifier")
    .action(async (job: string, options: ConnectionOptions) => {
      console.log(formatJob(await connect(options).jobs.retryFailed(job, retryAccess(options))));
    });
  withConnection(jobs.command("events"))
    .description("What happens to a job as it happens, a line each, until it has ended")
    .argument("<job>", "the job's identifier")
    .option("--no-inputs", "leave the inputs that finish out")
    .option("--json", "print each as a line of JSON")
    .action(async (job: string, { inputs, json, ...connection }: ConnectionOptions & EventOptions) => {
      for await (const event of connect(connection).jobs.events(job, { inputs }))
        console.log(json === true ? JSON.stringify(event) : formatEvent(event));
    });
  onOneJob(jobs, "results", "The results of a job, and why inputs failed", async (client, job, { json }) => {
    const results = await client.results.get(job);
    console.log(json === true ? JSON.stringify(results, null, 2) : formatResults(results));
  }).option("--json", "print everything as JSON");
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
    input: await toInput(places, dataItem),
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
    console.log(job.jobIdentifier);
    return;
  }
  console.error(`Job ${job.jobIdentifier}`);
  const ended = await waitWithBar(client, job.jobIdentifier);
  const results = await client.results.get(ended);
  console.log(options.json === true ? JSON.stringify(results, null, 2) : formatResults(results));
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
  console.log(formatJobs(found));
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
