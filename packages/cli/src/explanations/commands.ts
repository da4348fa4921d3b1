import { readFile, writeFile } from "node:fs/promises";
import {
  completeResults,
  explanationNoticeOf,
  explanationOf,
  isImageExplanation,
  MillraceError,
  renderReport,
  type MillraceClient,
} from "@millrace/client";
import type { Command } from "commander";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import { connect, withConnection, type ConnectionOptions } from "../connection/connection.js";
import { formatExplanation, formatNotice } from "./show.js";

interface ExplainOptions extends ConnectionOptions, JsonOption {
  readonly input?: string;
  readonly image?: string;
  readonly png?: string;
}

/** `millrace jobs explain` and `millrace jobs report`: why the model made its predictions. */
export function addExplanationCommands(jobs: Command): void {
  const explainCommand = withJson(withConnection(jobs.command("explain")))
    .description("Show explanations: words, regions or columns by importance")
    .argument("<job>", "identifier of a job submitted with --explain")
    .option("--input <name>", "only this input")
    .option("--image <file>", "the input image, to draw the heat map on")
    .option("--png <file>", "write the image with its heat map and mask outline to this file")
    .action(explain);

  withExamples(explainCommand, "millrace jobs explain <job>", "millrace jobs explain <job> --input good --json");

  const reportCommand = withJson(withConnection(jobs.command("report")))
    .description("Write the results and explanations of a job as one HTML page")
    .argument("<job>", "the job's identifier")
    .argument("[file]", "output file (default: <job>.html)")
    .option("--images <place>", "input images to draw heat maps on: a folder or one file")
    .action(report);
  withExamples(reportCommand, "millrace jobs report <job> report.html");
}

async function report(
  job: string,
  file: string | undefined,
  { images, json, ...connection }: ConnectionOptions & JsonOption & { readonly images?: string },
): Promise<void> {
  const client = connect(connection);
  const [details, body] = await Promise.all([client.jobs.get(job), client.results.get(job)]);
  const results = await completeResults(client.results, body);
  const pictures = images === undefined ? undefined : await readPicturesOf(images, results);
  const path = file ?? `${job}.html`;
  await writeFile(path, renderReport(details, results, pictures));
  if (json === true) printJson({ file: path });
  else print(printable(path));
}

async function readPicturesOf(place: string, results: Awaited<ReturnType<typeof completeResults>>) {
  // Decoding pictures needs a library that the other commands need not wait for.
  const { readPictures } = await import("./pictures.js");
  const { found, warnings } = await readPictures(place, results);
  for (const warning of warnings) printNotice(printable(warning));
  return found;
}

async function explain(job: string, { input, image, png, json, ...connection }: ExplainOptions): Promise<void> {
  const { explanations, notices } = await readExplanations(connect(connection), job, input);
  for (const [name, explanation] of explanations)
    if (json === true) printJson({ input: name, explanation });
    else print(formatExplanation(name, explanation));
  for (const [name, notice] of notices)
    if (json === true) printJson({ input: name, notice });
    else print(formatNotice(name, notice));
  if (png === undefined && image === undefined) return;
  if (png === undefined || image === undefined)
    throw new MillraceError("An overlay needs both --image, the explained image, and --png, the file to write.");
  const found = explanations.filter(([, explanation]) => isImageExplanation(explanation));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0)
    throw new MillraceError(
      `An overlay shows one image, but ${found.length} of the explained inputs are images: choose one with --input.`,
    );
  const { drawOverlay } = await import("./overlay.js");
  const [, explanation] = only;
  if (isImageExplanation(explanation)) await writeFile(png, await drawOverlay(await readFile(image), explanation));
  if (json === true) printJson({ file: png });
  else print(printable(png));
}

async function readExplanations(client: MillraceClient, job: string, input: string | undefined) {
  const body = await client.results.get(job);
  if (input !== undefined && !Object.hasOwn(body.results, input))
    throw new MillraceError(`Job ${job} has no result for the input ${JSON.stringify(input)}.`);
  const names = input === undefined ? Object.keys(body.results) : [input];
  const { results, explained } = await completeResults(client.results, body, names);
  const explanations: (readonly [string, unknown])[] = [];
  const notices: (readonly [string, string])[] = [];
  for (const name of names) {
    const explanation = explanationOf(results[name]);
    const notice = explanationNoticeOf(results[name]);
    const output = results[name]?.["results.json"];
    if (explanation !== undefined) explanations.push([name, explanation]);
    if (notice !== undefined) notices.push([name, notice]);
    else if (typeof output === "string" && explanation === undefined)
      notices.push([name, `Its results.json could not be read from ${output}: try again.`]);
  }
  if (explanations.length + notices.length > 0) return { explanations, notices };
  const { explanationNotice } = await client.jobs.get(job);
  throw new MillraceError(
    explained
      ? (explanationNotice ??
          `Job ${job} has no explanations: see explanationNotice in its results (millrace jobs results ${job} --json).`)
      : `Job ${job} was submitted without --explain: submit it again with --explain.`,
  );
}
