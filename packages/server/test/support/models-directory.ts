import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ModelsDirectory {
  readonly path: string;
  readonly model: { readonly identifier: string; readonly version: string };
  remove(): Promise<void>;
}

/**
 * A directory with one model of a module.
 *
 * @param outputs in YAML, as of model.yaml.
 * @param run the JavaScript of a function from the text of an input to its outputs by name.
 */
export async function createModelsDirectory(outputs: string, run: string): Promise<ModelsDirectory> {
  const path = await mkdtemp(join(tmpdir(), "millrace-models-"));
  const model = { identifier: "c0ffee9999", version: "1.0.0" };
  const folder = join(path, "test", model.version);
  await mkdir(join(folder, "samples"), { recursive: true });
  const manifest = `
identifier: ${model.identifier}
version: ${model.version}
name: Test
description: { summary: A model of a test. }
inputs: { input: { acceptedMediaTypes: [text/plain], maxSize: 1M } }
outputs: ${outputs}
resources: { memory: { size: 128M }, cpu: { count: 1 } }
timeout: { status: 5m, run: 5m }
runner: { kind: module, file: model.mjs }
`;
  const code = `const run = ${run};\nexport const load = () => ({ run: (batch) => batch.map(({ input }) => run(Buffer.from(input).toString())) });`;
  await writeFile(join(folder, "model.yaml"), manifest);
  await writeFile(join(folder, "model.mjs"), code);
  for (const sample of ["input", "output"]) await writeFile(join(folder, "samples", `${sample}.json`), "{}");
  return { path, model, remove: () => rm(path, { recursive: true, force: true }) };
}
