import { basename } from "node:path/posix";
import {
  explanationOf,
  isImageExplanation,
  isPlatformExplanation,
  isTextExplanation,
  MillraceClient,
} from "@millrace/client";
import type { Colors } from "picocolors/types.js";
import { drawHeatMap, drawWords } from "./explanation-drawing.js";
import type { JobSurroundings } from "./run-jobs.js";
import type { SampleFile } from "./sample-files.js";
import type { ColorDepth } from "./thumbnail.js";

const rows = 14;
const largestColumns = 72;

export interface ExplanationPlace {
  readonly colors: Colors;
  /** Of the terminal, in characters. */
  readonly width: number;
  /** Undefined where the terminal has no colors. */
  readonly depth: ColorDepth | undefined;
}

/** Which words of one text and which parts of one photograph led to their predictions. */
export async function explain(
  surroundings: JobSurroundings,
  { text, photo }: { readonly text: string; readonly photo: SampleFile & { readonly key: string } },
  { colors, width, depth }: ExplanationPlace,
): Promise<string[]> {
  const [ofText, ofPhoto] = await Promise.all([
    explainObject(surroundings, ["ed542963de", "0.0.27", "input.txt"], text),
    explainObject(surroundings, ["a1c7e0b254", "1.0.0", "image"], photo.key),
  ]);
  const lines: string[] = [];
  if (isTextExplanation(ofText))
    lines.push(`  ${titleOf(ofText, text, colors)}`, `  ${drawWords(ofText, { colors })}`, "");
  if (isImageExplanation(ofPhoto)) {
    const { dimensions } = ofPhoto;
    const wanted = Math.round((rows * 2 * dimensions.width) / dimensions.height);
    const most = Math.min(width - 4, largestColumns);
    const size = { columns: depth === undefined ? most : Math.min(wanted, most), rows };
    lines.push(`  ${titleOf(ofPhoto, photo.name, colors)}`);
    lines.push(...(await drawHeatMap(photo.bytes, ofPhoto, size, depth)).map((line) => `  ${line}`));
  }
  const legend = colors.isColorSupported
    ? "Green speaks for the prediction, red against it."
    : "Words with + and dark parts speak for the prediction, words with - against it.";
  return [...lines, "", colors.dim(`  ${legend}`)];
}

function titleOf(explanation: unknown, name: string, colors: Colors): string {
  const isMade = isPlatformExplanation(explanation);
  return `${colors.dim(basename(name))}  ${isMade ? colors.bold(explanation.class) : ""}`.trimEnd();
}

/** The documented call, with `explain`. */
async function explainObject(
  { baseUrl, apiKey, bucket, accessKeyId, secretAccessKey, region, signal }: JobSurroundings,
  [model, version, dataItem]: readonly [model: string, version: string, dataItem: string],
  key: string,
): Promise<unknown> {
  const client = new MillraceClient({ baseUrl, apiKey });
  const sources = { why: { [dataItem]: { bucket, key } } };
  const credentials = [accessKeyId, secretAccessKey] as const;
  const job = await client.jobs.submitAwsS3(model, version, sources, ...credentials, region, true, { signal });
  await client.jobs.waitUntilComplete(job, { signal });
  const { results, failures } = await client.results.get(job, { signal });
  if (failures["why"] !== undefined) throw new Error(`${basename(key)} was not explained: ${failures["why"].error}`);
  return results["why"] && explanationOf(results["why"]);
}
