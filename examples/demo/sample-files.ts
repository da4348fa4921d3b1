import { readdir, readFile } from "node:fs/promises";

/** A file in examples/data. */
export interface SampleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const directory = new URL("../data/", import.meta.url);

/** The texts or photographs in examples/data, ordered by name. */
export async function readSampleFiles(kind: "texts" | "photos"): Promise<SampleFile[]> {
  const folder = new URL(`${kind}/`, directory);
  const names = (await readdir(folder)).toSorted();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(new URL(name, folder)) })));
}
