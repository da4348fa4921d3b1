import { explainInput } from "@millrace/explainers";

/** Any classifier: one answer for each input of the batch. */
async function run(batch: readonly Readonly<Record<string, Uint8Array>>[]) {
  return batch.map((items) => {
    const text = new TextDecoder().decode(items["review"]);
    const score = 0.5 + (text.includes("lovely") ? 0.3 : 0) - (text.includes("slow") ? 0.1 : 0);
    return {
      predictions: [
        { class: "positive", score },
        { class: "negative", score: 1 - score },
      ],
    };
  });
}

const explanation = await explainInput({
  input: { kind: "text", item: "review", items: { review: new TextEncoder().encode("A lovely but slow hotel.") } },
  predictedClass: "positive",
  options: { method: "kernel-shap", seed: 1 },
  maximumBatchSize: 16,
  run,
});
if ("wordImportance" in explanation)
  for (const { word, score } of explanation.wordImportance) console.log(`${score.toFixed(2).padStart(5)} ${word}`);
