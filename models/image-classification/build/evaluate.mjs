// Measures the image classifier on the photographs that are shipped with the demo, against labels given by hand.
// From the root of the repository, after `npm run build`: node models/image-classification/build/evaluate.mjs
import { readFileSync } from "node:fs";
import { readManifest, startEngine } from "@millrace/runners";

// What is to be seen on each photograph, in the words of ImageNet; several where more than one class is right.
// Photographs that show nothing that ImageNet has a class for are left out.
const labels = JSON.parse(readFileSync(new URL("labels.json", import.meta.url), "utf8"));
const manifest = await readManifest(new URL("../1.0.0", import.meta.url).pathname);
const { signal } = new AbortController();
const engine = await startEngine(manifest, { signal, name: "evaluation" });
let [first, firstFive, elapsedMs] = [0, 0, 0];
for (const [file, right] of Object.entries(labels)) {
  const image = readFileSync(new URL(`../../../examples/data/photos/${file}`, import.meta.url));
  const startedAt = performance.now();
  const [outcome] = await engine.run([{ image }], { explain: false, signal });
  elapsedMs += performance.now() - startedAt;
  const { classPredictions } = JSON.parse(Buffer.from(outcome.outputs["results.json"].bytes).toString()).data.result;
  const rank = classPredictions.findIndex((prediction) => right.includes(prediction.class));
  if (rank === 0) first += 1;
  if (rank >= 0) firstFive += 1;
  console.log(
    `${rank === 0 ? "1st " : rank > 0 ? `${rank + 1}.  ` : "no  "} ${file}: ${classPredictions[0].class} ${classPredictions[0].score.toFixed(2)}`,
  );
}
await engine.close();
const all = Object.keys(labels).length;
console.log(
  `${all} photographs: right class first ${first}, among the first five ${firstFive}; ${(elapsedMs / all).toFixed(1)} ms each`,
);
