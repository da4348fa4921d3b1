import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { startServer } from "@millrace/server";
import type { Colors } from "picocolors/types.js";
import { createCleanUp, type CleanUp } from "./clean-up.js";
import { explain } from "./explain.js";
import { formatFailures } from "./failures-list.js";
import { formatImageCards, thumbnailSize } from "./image-cards.js";
import { startLocalS3 } from "./local-s3.js";
import type { DemoOptions } from "./options.js";
import { readPredictions } from "./predictions.js";
import { createProgressBars } from "./progress-bars.js";
import { analyseSentiment, classifyImages, type JobOutcome, type JobSurroundings } from "./run-jobs.js";
import { openSampleBucket } from "./sample-bucket.js";
import { readSampleFiles, type SampleFile } from "./sample-files.js";
import { formatSentimentTable } from "./sentiment-table.js";
import { readShownSource } from "./shown-source.js";
import { createStep, type Step } from "./step.js";
import { drawThumbnail, type ColorDepth } from "./thumbnail.js";

/** Where and how the demo writes. */
export interface Terminal {
  readonly stream: NodeJS.WriteStream;
  readonly colors: Colors;
}

const selectedRows = 14;
// Short, and with words that speak for and against.
const explainedText = "shop-review-03.txt";
const explainedPhoto = "cat.jpg";

/**
 * Starts everything, runs two jobs over real files, shows the results, explains two of them and stops everything.
 *
 * @param signal ends the demo early; after the clean-up, the promise rejects with the signal's reason
 */
export async function runDemo(options: DemoOptions, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const cleanUp = createCleanUp();
  const step = createStep(terminal.stream, terminal.colors);
  try {
    await tellStory(options, terminal, step, cleanUp, signal);
  } finally {
    await cleanUp.run();
  }
}

async function tellStory(
  options: DemoOptions,
  terminal: Terminal,
  step: Step,
  cleanUp: CleanUp,
  signal: AbortSignal,
): Promise<void> {
  const { stream, colors } = terminal;
  const print = (...lines: string[]) => stream.write(`${lines.join("\n")}\n`);
  const width = Math.min(120, stream.columns ?? 100);

  print("", `  ${colors.bold("Millrace")} runs a model over the files in a bucket.`, "");
  const [texts, photos] = await Promise.all([readSampleFiles("texts"), readSampleFiles("photos")]);
  const surroundings = await startEverything(options, step, cleanUp, signal, texts, photos);
  if (stream.isTTY) print("");
  const startedAt = performance.now();
  const { sentiment, images } = await runBothJobs(surroundings, terminal);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const inputCount = texts.length + photos.length + 2;
  print("", colors.dim(`  ${inputCount} inputs finished in ${seconds} s`), "");

  const textOf = new Map(texts.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("utf8")]));
  const rows = readPredictions(sentiment.results).map((row) => ({ ...row, text: textOf.get(row.fileName) ?? "" }));
  const maximumRows = options.showsAll ? Infinity : selectedRows;
  print(`  ${colors.bold("Sentiment Analysis")}  ${colors.dim("ed542963de 0.0.27")}`, "");
  print(...formatSentimentTable(rows, { colors, width, maximumRows }), "");

  print(`  ${colors.bold("Image Classification")}  ${colors.dim("a1c7e0b254 1.0.0")}`, "");
  print(...formatImageCards(await drawCards(images, photos, stream), { colors, width }));

  const chosen = {
    text: surroundings.textKeys.find((key) => basename(key) === explainedText) ?? "",
    photo: chosenPhoto(photos, surroundings.photoKeys),
  };
  const why = await step("Asking why, of one text and one photograph", () =>
    explain(surroundings, chosen, { colors, width, depth: colorDepthOf(stream) }),
  );
  print("", ...why, "");

  print(`  ${colors.bold("Two inputs are wrong on purpose: only they fail, and the job completes.")}`, "");
  print(...formatFailures({ ...sentiment.failures, ...images.failures }, { colors, width }), "");

  print(`  ${colors.bold("The code that just ran")}  ${colors.dim("examples/demo/run-jobs.ts")}`, "");
  print(...(await readShownSource("run-jobs.ts")).map((line) => `    ${colors.cyan(line)}`), "");
  print(`  ${colors.bold("To keep a server running")}   npx millrace serve`, "");
}

function chosenPhoto(photos: readonly SampleFile[], keys: readonly string[]) {
  const index = photos.findIndex(({ name }) => basename(name) === explainedPhoto);
  const [photo, key] = [photos[index], keys[index]];
  if (photo === undefined || key === undefined) throw new Error(`There is no ${explainedPhoto}.`);
  return { ...photo, key };
}

/** Undefined where the terminal has no colors for pictures. */
function colorDepthOf(stream: NodeJS.WriteStream): ColorDepth | undefined {
  const depth = stream.isTTY ? stream.getColorDepth() : 1;
  return depth === 8 || depth === 24 ? depth : undefined;
}

async function startEverything(
  options: DemoOptions,
  step: Step,
  cleanUp: CleanUp,
  signal: AbortSignal,
  texts: readonly SampleFile[],
  photos: readonly SampleFile[],
): Promise<JobSurroundings & { textKeys: string[]; photoKeys: string[] }> {
  const s3 = options.s3 ?? (await step("Starting an in-memory S3 server", () => startOwnS3(cleanUp)));
  const where = options.s3 === undefined ? "it" : s3.endpoint;
  const files = await step(`Uploading ${texts.length} texts and ${photos.length} photographs to ${where}`, async () => {
    const bucket = await openSampleBucket(s3, signal);
    cleanUp.add(() => bucket.remove());
    const textKeys = await bucket.put("texts", texts, signal);
    return { bucket: bucket.bucket, textKeys, photoKeys: await bucket.put("photos", photos, signal) };
  });
  const apiKey = `demo.${randomBytes(24).toString("hex")}`;
  const baseUrl = await step("Starting Millrace with its own PostgreSQL", async () => {
    const directory = await makeDirectory(cleanUp);
    const dataDirectory = join(directory, "data");
    const server = await startServer({
      dataDirectory,
      host: "127.0.0.1",
      port: 0,
      apiKey,
      s3Endpoint: s3.endpoint,
      signal,
      logLevel: "silent",
    });
    cleanUp.add(() => server.close());
    if (server.url === undefined) throw new Error("The server has no address.");
    return server.url;
  });
  const { accessKeyId, secretAccessKey, region } = s3;
  return { baseUrl, apiKey, accessKeyId, secretAccessKey, region, signal, ...files };
}

async function startOwnS3(cleanUp: CleanUp) {
  const s3 = await startLocalS3();
  cleanUp.add(() => s3.close());
  return s3;
}

async function makeDirectory(cleanUp: CleanUp): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "millrace-demo-"));
  cleanUp.add(() => rm(directory, { recursive: true, force: true }));
  // PostgreSQL refuses to run as root, so another user needs access to this folder.
  await chmod(directory, 0o755);
  return directory;
}

async function runBothJobs(
  surroundings: JobSurroundings & { textKeys: string[]; photoKeys: string[] },
  { stream, colors }: Terminal,
): Promise<{ sentiment: JobOutcome; images: JobOutcome }> {
  const { textKeys, photoKeys } = surroundings;
  const bars = createProgressBars(stream, colors);
  try {
    const [sentiment, images] = await Promise.all([
      analyseSentiment(surroundings, textKeys, bars.add("texts", textKeys.length + 2)),
      classifyImages(surroundings, photoKeys, bars.add("photos", photoKeys.length)),
    ]);
    return { sentiment, images };
  } finally {
    bars.stop();
  }
}

async function drawCards({ results }: JobOutcome, photos: readonly SampleFile[], stream: NodeJS.WriteStream) {
  const depth = colorDepthOf(stream);
  const pictures = new Map(photos.map(({ name, bytes }) => [basename(name), bytes]));
  return Promise.all(
    readPredictions(results).map(async (prediction) => {
      const picture = pictures.get(prediction.fileName);
      const canDraw = picture !== undefined && depth !== undefined;
      return { ...prediction, thumbnail: canDraw ? await drawThumbnail(picture, thumbnailSize, depth) : [] };
    }),
  );
}
