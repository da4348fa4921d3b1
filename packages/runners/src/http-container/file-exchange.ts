import { chmod, mkdir, mkdtemp, lstat, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, posix } from "node:path";
import { byName } from "@millrace/contract";
import Type from "typebox";
import { Compile } from "typebox/compile";
import type { ModelManifest } from "../manifest/manifest.js";
import { unlessMissing } from "../manifest/missing-file.js";
import type { DataItems, Output, RunOutcome } from "../runner.js";

/** One directory by the two names that Millrace and the model's server have for it. */
export interface ExchangePlace {
  readonly here: string;
  readonly there: string;
}

/** The directories of one input while it runs; `input` and `output` as the model's server sees them. */
export interface Exchange {
  readonly input: string;
  readonly output: string;
  readOutputs(): Promise<RunOutcome>;
  remove(): Promise<void>;
}

const place = Compile(
  Type.Union([Type.String({ minLength: 1 }), Type.Object({ here: Type.String(), there: Type.String() })]),
);

/**
 * `runner.directory`: a path that both sides see, or `{here, there}` if a volume gives it two names; the system's temporary
 * directory when it is not given.
 *
 * @throws Error naming the field.
 */
export async function parseExchangePlace({ runner }: ModelManifest): Promise<ExchangePlace> {
  const value = runner["directory"] ?? tmpdir();
  if (!place.Check(value)) {
    throw new Error(
      `runner.directory of its model.yaml must be a path or {here, there}; found ${JSON.stringify(value)}.`,
    );
  }
  const found = typeof value === "string" ? { here: value, there: value } : value;
  await mkdir(found.here, { recursive: true });
  return found;
}

/** Writes the files of an input where the model's server can read them, and nothing else. */
export async function createExchange(
  manifest: ModelManifest,
  { here, there }: ExchangePlace,
  items: DataItems,
): Promise<Exchange> {
  const directory = await mkdtemp(join(here, "millrace-run-"));
  const name = basename(directory);
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await mkdir(join(directory, "input"));
    await mkdir(join(directory, "output"));
    // The server may be another user in its container: it must get in and write its outputs.
    await chmod(directory, 0o755);
    await chmod(join(directory, "output"), 0o777);
    for (const [item, bytes] of Object.entries(items)) await writeFile(join(directory, "input", item), bytes);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    input: posix.join(there, name, "input"),
    output: posix.join(there, name, "output"),
    readOutputs: () => readOutputs(manifest, join(directory, "output")),
    remove,
  };
}

/** Whether a data item can be a file of that name in a directory, and in no other. */
export function isFileName(item: string): boolean {
  return item !== "" && item !== "." && item !== ".." && !["/", "\\", "\u0000"].some((part) => item.includes(part));
}

/** The files that the model.yaml names; an answer of 200 without any of them is a failure. */
async function readOutputs(manifest: ModelManifest, directory: string): Promise<RunOutcome> {
  const outputs = byName<Output>();
  for (const { name, mediaType, maximumSizeBytes } of manifest.outputs) {
    const file = join(directory, basename(name));
    const found = await unlessMissing(lstat(file));
    if (found === undefined) continue;
    // A link could name any file of this machine.
    if (!found.isFile())
      return { succeeded: false, error: `The model's output ${JSON.stringify(name)} is not a file.` };
    if (found.size > maximumSizeBytes) {
      return {
        succeeded: false,
        error: `The model's output ${JSON.stringify(name)} has ${found.size} bytes, its model.yaml allows ${maximumSizeBytes}.`,
      };
    }
    outputs[name] = { mediaType, bytes: await readFile(file) };
  }
  if (Object.keys(outputs).length > 0) return { succeeded: true, outputs };
  const expected = manifest.outputs.map(({ name }) => JSON.stringify(name)).join(", ");
  return { succeeded: false, error: `The model wrote none of its outputs (${expected}).` };
}
