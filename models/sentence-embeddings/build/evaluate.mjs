// Compares what Millrace's runner makes of sentences with what evaluate.py wrote of the same. From the root, after `npm run build`:
//
//   node models/sentence-embeddings/build/evaluate.mjs sample.json
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readManifest, startEngine } from "@millrace/runners";

const rows = JSON.parse(readFileSync(process.argv[2], "utf8"));
const manifest = await readManifest(fileURLToPath(new URL("../1.0.0", import.meta.url)));
const { signal } = new AbortController();
const engine = await startEngine(manifest, { signal, name: "evaluation" });

for (const batchSize of [1, manifest.maximumBatchSize]) {
  let largestDifference = 0;
  // Processor time, because other work on the machine does not change it.
  const before = process.cpuUsage();
  for (let first = 0; first < rows.length; first += batchSize) {
    const batch = rows.slice(first, first + batchSize);
    const outcomes = await engine.run(
      batch.map(({ text }) => ({ "input.txt": Buffer.from(text) })),
      { explain: false, signal },
    );
    batch.forEach(({ vector }, index) => {
      const output = JSON.parse(Buffer.from(outcomes[index].outputs["results.json"].bytes).toString());
      output.data.result.embedding.forEach((value, place) => {
        largestDifference = Math.max(largestDifference, Math.abs(value - vector[place]));
      });
    });
  }
  const { user, system } = process.cpuUsage(before);
  console.log(
    `batches of ${batchSize}: ${((user + system) / 1000 / rows.length).toFixed(1)} ms of processor time each of ${rows.length}; ` +
      `largest difference to Python ${largestDifference.toExponential(1)}`,
  );
}
await engine.close();
