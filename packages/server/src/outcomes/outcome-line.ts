import { isUtf8 } from "node:buffer";
import { formatWireDate, type InputStatus } from "@millrace/contract";
import { isJsonMediaType } from "@millrace/runners";
import { onOneLine } from "../json/one-line.js";
import { outcomeStatus } from "../states/input-states.js";
import type { StoredOutcome, StoredOutput } from "./stored-outcome.js";

/**
 * The outcome of an input as stored: a line of text whose parts are separated by tabs. Its JSON is the one that results bodies have, so that
 * reading results passes text on.
 *
 * The parts are the input's name (JSON), its size in bytes, the fields of its entry (JSON), and for each output its name (JSON), its media
 * type (JSON) and its content (JSON; empty when the output is in the table `outputs`).
 */
export interface OutcomeLine {
  readonly nameJson: string;
  readonly sizeBytes: number;
  readonly fieldsJson: string;
  readonly outputs: readonly LineOutput[];
}

export interface LineOutput {
  readonly nameJson: string;
  readonly mediaTypeJson: string;
  /** Empty when the output is in the table `outputs`. */
  readonly contentJson: string;
}

/** Outputs up to this size are part of the line; the batch of a hundred inputs stays below a megabyte. */
const maximumContentBytes = 4 * 1024;
const separator = "\t";
const noVotes = '"voting":{"up":0,"down":0}';

/** The names of an entry's own fields, as JSON. One that failed has a `code`, too, but no outputs. */
export const entryFields: ReadonlySet<string> = new Set(
  [
    "status",
    "engine",
    "error",
    "startTime",
    "updateTime",
    "endTime",
    "elapsedTime",
    "inputFetching",
    "outputUploading",
    "modelLatency",
    "queueTime",
    "voting",
  ].map((name) => JSON.stringify(name)),
);

/** The status of an input with an outcome. */
function statusOf({ failure }: StoredOutcome): InputStatus {
  return failure === null ? outcomeStatus.succeeded : outcomeStatus.failed;
}

/** An output as part of its input's line; undefined for those with rows of their own. */
function lineContent({ mediaType, content }: StoredOutput): string | undefined {
  if (content === null || content.byteLength > maximumContentBytes || !isJsonMediaType(mediaType)) return undefined;
  if (!isUtf8(content)) return undefined;
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("utf8");
  // What ends a part or a line, for whoever reads it.
  return /[\t\n\r\u0085\u2028\u2029]/.test(text) ? undefined : text;
}

/** @param queueMs milliseconds from the job's submission to the input's start. @returns the line, and the outputs that are not part of it. */
export function writeOutcomeLine(
  outcome: StoredOutcome,
  queueMs: number,
  endedAt: Date,
): { line: string; others: { readonly order: number; readonly output: StoredOutput }[] } {
  const { failure, startedAt } = outcome;
  const ended = formatWireDate(endedAt);
  const fields = {
    status: statusOf(outcome),
    engine: outcome.engine ?? "",
    error: failure?.message ?? null,
    startTime: formatWireDate(startedAt),
    updateTime: ended,
    endTime: ended,
    elapsedTime: Math.max(0, endedAt.getTime() - startedAt.getTime()),
    inputFetching: Math.round(outcome.fetchMs),
    outputUploading: null,
    modelLatency: outcome.latencyMs,
    queueTime: queueMs,
    voting: { up: 0, down: 0 },
    // Only without results: an output may be named "code".
    ...(failure === null ? {} : { code: failure.code }),
  };
  const parts = [json(outcome.name), outcome.sizeBytes, json(fields)];
  const others: { order: number; output: StoredOutput }[] = [];
  for (const [order, output] of outcome.outputs.entries()) {
    const content = lineContent(output);
    parts.push(json(output.name), json(output.mediaType), content ?? "");
    if (content === undefined) others.push({ order, output });
  }
  return { line: parts.join(separator), others };
}

export function readOutcomeLine(line: string): OutcomeLine {
  const parts = line.split(separator);
  const [nameJson = '""', sizeBytes = "0", fieldsJson = "{}"] = parts;
  const outputs: LineOutput[] = [];
  for (let index = 3; index + 2 < parts.length; index += 3) {
    const [name = '""', mediaType = '""', content = ""] = parts.slice(index, index + 3);
    outputs.push({ nameJson: name, mediaTypeJson: mediaType, contentJson: content });
  }
  return { nameJson, sizeBytes: Number(sizeBytes), fieldsJson, outputs };
}

/** What {@link entriesOfText} puts around an input's name. */
export interface EntryForm {
  readonly beforeName: string;
  readonly afterName: string;
  readonly afterEntry: string;
  readonly between: string;
}

/**
 * The entries of lines whose outputs are all part of them, as they stand in results bodies.
 *
 * @param text lines.
 * @param takenNamesJson names of members, as JSON, that no output may have besides those of an entry's own fields.
 * @returns undefined where an output is elsewhere, or has a taken name: then each line has to be read.
 */
export function entriesOfText(
  text: string,
  { beforeName, afterName, afterEntry, between }: EntryForm,
  takenNamesJson: readonly string[],
): string | undefined {
  let entries = "";
  for (let start = 0; start < text.length;) {
    const lineEnd = text.indexOf("\n", start);
    const end = lineEnd === -1 ? text.length : lineEnd;
    const nameEnd = text.indexOf(separator, start);
    const fieldsAt = text.indexOf(separator, nameEnd + 1) + 1;
    const partEnd = (from: number) => {
      const found = text.indexOf(separator, from);
      return found === -1 || found > end ? end : found;
    };
    let at = partEnd(fieldsAt);
    entries += `${start === 0 ? "" : between}${beforeName}${text.slice(start, nameEnd)}${afterName}${text.slice(fieldsAt + 1, at - 1)}`;
    while (at < end) {
      const outputNameEnd = partEnd(at + 1);
      const contentAt = partEnd(outputNameEnd + 1) + 1;
      const contentEnd = partEnd(contentAt);
      const nameJson = text.slice(at + 1, outputNameEnd);
      if (contentEnd <= contentAt || entryFields.has(nameJson) || takenNamesJson.includes(nameJson)) return undefined;
      entries += `,${nameJson}:${text.slice(contentAt, contentEnd)}`;
      at = contentEnd;
    }
    entries += afterEntry;
    start = end + 1;
  }
  return entries;
}

/** The fields of an entry with the votes on it, which come after its line was written. */
export function withVotes(fieldsJson: string, { up, down }: { readonly up: number; readonly down: number }): string {
  // In the text of a string its quotes would be escaped.
  return fieldsJson.replace(noVotes, `"voting":{"up":${up},"down":${down}}`);
}

function json(value: unknown): string {
  return onOneLine(JSON.stringify(value));
}
