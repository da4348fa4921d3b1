import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelManifest } from "./manifest.js";
import type { DataItems } from "./runner.js";

/** One input of a version's sample submission, with what it is to answer. */
export interface Sample {
  readonly name: string;
  readonly items: DataItems;
  /** Whether the sample asks for an explanation. */
  readonly explain: boolean;
  /** Output name -> its JSON; undefined where the sample output does not have this input. */
  readonly expected: Readonly<Record<string, unknown>> | undefined;
}

interface Submission {
  readonly explain?: boolean;
  readonly input: {
    readonly type: string;
    readonly sources: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
}

interface Results {
  readonly results: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * `samples/input.json`, a whole submission whose data it carries itself, and `samples/output.json`, the whole results body that it gives.
 *
 * @throws Error with a sentence when there is no sample input, or one of the two is not what it should be.
 */
export async function readSamples({ directory, outputs }: ModelManifest): Promise<Sample[]> {
  const submission = (await readJson(join(directory, "samples", "input.json"))) as Submission | undefined;
  if (submission === undefined)
    throw new Error(
      'samples/input.json is not there: write a submission such as {"input": {"type": "text", "sources": {"my-input": {"input.txt": "..."}}}}.',
    );
  const { type, sources } = submission.input ?? {};
  if ((type !== "text" && type !== "embedded") || typeof sources !== "object" || Object.keys(sources).length === 0)
    throw new Error('samples/input.json is not a submission whose input is of type "text" or "embedded" with sources.');
  const results = ((await readJson(join(directory, "samples", "output.json"))) as Results | undefined)?.results ?? {};
  return Object.entries(sources).map(([name, source]) => ({
    name,
    explain: submission.explain ?? false,
    items: Object.fromEntries(Object.entries(source).map(([item, text]) => [item, decode(type, text)])),
    expected: results[name] && pick(results[name], new Set(outputs.map((output) => output.name))),
  }));
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function decode(type: string, text: string): Uint8Array {
  return Buffer.from(
    type === "embedded" ? text.slice(text.indexOf(",") + 1) : text,
    type === "embedded" ? "base64" : "utf8",
  );
}

function pick(entry: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.has(name)));
}
