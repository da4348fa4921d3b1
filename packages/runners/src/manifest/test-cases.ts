import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { byName, decodeText } from "@millrace/contract";
import type { ManifestOutput, ModelManifest } from "./manifest.js";
import { unlessMissing } from "./missing-file.js";

/** The samples of a published model. */
export interface TestCases {
  /** A submission with the files of every case, by the name of its folder. */
  readonly submission: Readonly<Record<string, unknown>>;
  /** Name of the case -> output name -> its JSON, or null for an output that is none. */
  readonly expected: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

// They are kept in the database, in base64.
const maximumBytes = 24 * 2 ** 20;

/**
 * `test_cases/<name>/` of a published model: a file for each data item, and one for each output that it is to give. Undefined where
 * there are none.
 *
 * @throws Error with a sentence when a file is missing, is not JSON, or they are too large.
 */
export async function readTestCases(manifest: ModelManifest): Promise<TestCases | undefined> {
  const folder = join(manifest.directory, "test_cases");
  const entries = (await unlessMissing(readdir(folder, { withFileTypes: true }))) ?? [];
  const names = entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith(".") ? [entry.name] : []));
  if (names.length === 0) return undefined;
  let leftBytes = maximumBytes;
  const read = async (name: string, file: string): Promise<Buffer | undefined> => {
    const path = join(folder, name, file);
    leftBytes -= (await unlessMissing(stat(path)))?.size ?? 0;
    if (leftBytes < 0) throw new Error(`test_cases has more than ${maximumBytes} bytes: choose smaller samples.`);
    return unlessMissing(readFile(path));
  };
  const sources = byName<Readonly<Record<string, string>>>();
  const expected = byName<Readonly<Record<string, unknown>>>();
  for (const name of names.sort()) {
    const items = byName<string>();
    for (const { name: item, acceptedMediaTypes } of manifest.inputs) {
      const bytes = await read(name, item);
      if (bytes === undefined) throw new Error(`test_cases/${name} has no file ${JSON.stringify(item)}.`);
      items[item] = `data:${mediaTypeOf(acceptedMediaTypes)};base64,${bytes.toString("base64")}`;
    }
    sources[name] = items;
    const outputs = byName<unknown>();
    for (const output of manifest.outputs) {
      const bytes = await read(name, output.name);
      if (bytes !== undefined) outputs[output.name] = valueOf(`test_cases/${name}/${output.name}`, output, bytes);
    }
    if (Object.keys(outputs).length > 0) expected[name] = outputs;
  }
  const { identifier, version } = manifest;
  return {
    submission: { model: { identifier, version }, explain: false, input: { type: "embedded", sources } },
    expected,
  };
}

/** The first that names one type. */
function mediaTypeOf(accepted: readonly string[]): string {
  return accepted.find((type) => /^[\w.+-]+\/[\w.+-]+$/.test(type)) ?? "application/octet-stream";
}

function valueOf(file: string, { mediaType }: ManifestOutput, bytes: Buffer): unknown {
  if (!/^application\/(json|[\w.+-]+\+json)\b/i.test(mediaType)) return null;
  try {
    return JSON.parse(decodeText(bytes)) as unknown;
  } catch (error) {
    throw new Error(`${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}
