// Measures a shipped version on the held-out sentences, through the real runner. From the root, after `npm run build`:
//
//   python models/sentiment-analysis/build/evaluate.py DATA held-out.json
//   node models/sentiment-analysis/build/evaluate.mjs 1.0.1 held-out.json
//
// The first command writes the sentences with what Python makes of them by the same weights; this one compares.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readManifest, startEngine } from "@millrace/runners";

const [version, file] = process.argv.slice(2);
const { sentences } = JSON.parse(readFileSync(file, "utf8"));
const manifest = await readManifest(fileURLToPath(new URL(`../${version}`, import.meta.url)));
const { signal } = new AbortController();
const engine = await startEngine(manifest, { signal, name: "evaluation" });

for (const batchSize of [1, manifest.maximumBatchSize]) {
  let [right, disagreements, largestDifference] = [0, 0, 0];
  // Processor time, because other work on the machine does not change it.
  const before = process.cpuUsage();
  for (let first = 0; first < sentences.length; first += batchSize) {
    const batch = sentences.slice(first, first + batchSize);
    const outcomes = await engine.run(
      batch.map(({ text }) => ({ "input.txt": Buffer.from(text) })),
      { explain: false, signal },
    );
    batch.forEach(({ label, scores }, index) => {
      const output = JSON.parse(Buffer.from(outcomes[index].outputs["results.json"].bytes).toString());
      const predictions = output.data.result.classPredictions;
      const expected = scores[version];
      if (predictions[0].class === label) right += 1;
      const best = Object.keys(expected).reduce((a, b) => (expected[b] > expected[a] ? b : a));
      if (predictions[0].class !== best) disagreements += 1;
      for (const { class: name, score } of predictions)
        largestDifference = Math.max(largestDifference, Math.abs(score - expected[name]));
    });
  }
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${version}, batches of ${batchSize}: accuracy ${(right / sentences.length).toFixed(4)} of ${sentences.length}, ` +
      `${((user + system) / 1000 / sentences.length).toFixed(3)} ms of processor time each; against Python: ${disagreements} other answers, ` +
      `largest difference of a score ${largestDifference.toExponential(1)}`,
  );
}
await engine.close();
