import { readFileSync } from "node:fs";

const bundled = (file: string) => readFileSync(new URL(`../../models/no-op/1.0.0/${file}`, import.meta.url), "utf8");

/** What the measured models need of a worker: with this much memory it has room for one engine of each. */
export const engineMemory = "512M";

export const noOp = { model: "c0ffee0000", version: "1.0.0", dataItem: "input" };
/** Answers 20 ms after it was asked, one input at a time, like a model behind a network. */
export const waiting = { model: "c0ffee0001", version: "1.0.0", dataItem: "input" };
/** Computes for about 5 ms, one input at a time. */
export const computing = { model: "c0ffee0002", version: "1.0.0", dataItem: "input" };

function manifest(identifier: string, name: string): string {
  return bundled("model.yaml")
    .replace("identifier: c0ffee0000", `identifier: ${identifier}`)
    .replace("name: No-op", `name: ${name}`)
    .replace("size: 256M", `size: ${engineMemory}`)
    .replace("maxBatchSize: 100", "maxBatchSize: 1");
}

function moduleOf(run: string): string {
  return `import { setTimeout } from "node:timers/promises";
export const load = async () => ({
  async run(batch) {
    const outputs = [];
    for (const { input } of batch) { ${run}; outputs.push({ "results.json": { sizeBytes: input.byteLength } }); }
    return outputs;
  },
});
`;
}

const samples = ["samples/input.json", "samples/output.json"];

function folder(path: string, yaml: string, code: string): Record<string, string> {
  return {
    [`${path}/model.yaml`]: yaml,
    [`${path}/model.mjs`]: code,
    ...Object.fromEntries(samples.map((name) => [`${path}/${name}`, bundled(name)])),
  };
}

/** The folder of models that the cluster serves: path -> content. */
export const modelFolders: Readonly<Record<string, string>> = {
  ...folder("no-op/1.0.0", bundled("model.yaml"), bundled("model.mjs")),
  ...folder("waiting/1.0.0", manifest(waiting.model, "Waiting"), moduleOf("await setTimeout(20)")),
  ...folder(
    "computing/1.0.0",
    manifest(computing.model, "Computing"),
    moduleOf(
      // So much work, not so much time: engines that share a core must take longer. Numbers only: garbage would measure its collection.
      "for (let x = 1, i = 0; i < 400_000; i += 1) x = (x * 16807) % 2147483647",
    ),
  ),
};
