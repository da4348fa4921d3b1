import { readFile, writeFile } from "node:fs/promises";
import { explanationOf, isImageExplanation, MillraceError, renderReport, type MillraceClient } from "@millrace/client";
import type { Command } from "commander";
import { connect, withConnection, type ConnectionOptions } from "../jobs/connection.js";
import { formatExplanation } from "./show.js";

interface ExplainOptions extends ConnectionOptions {
  readonly input?: string;
  readonly image?: string;
  readonly png?: string;
}

/** `millrace jobs explain` and `millrace jobs report`: why the model answered so. */
export function addExplanationCommands(jobs: Command): void {
  withConnection(jobs.command("explain"))
    .description("Why the model answered so: words, regions or columns by their importance")
    .argument("<job>", "the job's identifier; it was submitted with --explain")
    .option("--input <name>", "only this input")
    .option("--image <file>", "the picture that the input was, to be drawn over")
    .option("--png <file>", "write the picture with its heat map and the edge of its mask")
    .action(explain);

  withConnection(jobs.command("report"))
    .description("Write the results and explanations of a job as one HTML page")
    .argument("<job>", "the job's identifier")
    .argument("[file]", "where to; <job>.html when not given")
    .action(async (job: string, file: string | undefined, options: ConnectionOptions) => {
      const client = connect(options);
      const [details, results] = await Promise.all([client.jobs.get(job), client.results.get(job)]);
      const path = file ?? `${job}.html`;
      await writeFile(path, renderReport(details, results));
      console.log(path);
    });
}

async function explain(job: string, { input, image, png, ...connection }: ExplainOptions): Promise<void> {
  const explanations = await readExplanations(connect(connection), job, input);
  for (const [name, explanation] of explanations) console.log(formatExplanation(name, explanation));
  if (png === undefined && image === undefined) return;
  if (png === undefined || image === undefined)
    throw new MillraceError(
      "An overlay needs both: --image, the picture that was explained, and --png, where to write it.",
    );
  const found = explanations.filter(([, explanation]) => isImageExplanation(explanation));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0)
    throw new MillraceError(
      `An overlay is of one picture, and ${found.length} of the explained inputs are pictures: name one with --input.`,
    );
  // Decoding pictures needs a library that the other commands need not wait for.
  const { drawOverlay } = await import("./overlay.js");
  const [, explanation] = only;
  if (isImageExplanation(explanation)) await writeFile(png, await drawOverlay(await readFile(image), explanation));
  console.log(png);
}

async function readExplanations(
  client: MillraceClient,
  job: string,
  input: string | undefined,
): Promise<(readonly [string, unknown])[]> {
  const { results, explained } = await client.results.get(job);
  if (input !== undefined && results[input] === undefined)
    throw new MillraceError(`Job ${job} has no result for an input ${JSON.stringify(input)}.`);
  const chosen = input === undefined ? Object.entries(results) : [[input, results[input]] as const];
  const found = chosen.flatMap(([name, result]) => {
    const explanation = explanationOf(result);
    return explanation === undefined ? [] : [[name, explanation] as const];
  });
  if (found.length === 0) {
    const { explanationNotice } = await client.jobs.get(job);
    throw new MillraceError(
      explained
        ? (explanationNotice ??
            `Job ${job} has no explanations: see explanationNotice in its results (millrace jobs results ${job} --json).`)
        : `Job ${job} was submitted without --explain: submit it again with it.`,
    );
  }
  return found;
}
