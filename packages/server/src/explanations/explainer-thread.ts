import { parentPort } from "node:worker_threads";
import { explainInput, type RunModel } from "@millrace/explainers";
import type { RunOutcome } from "@millrace/runners";
import { explainableScoresOf } from "../models/explainable.js";
import { readExplainedInput } from "./explained-input.js";
import type { ExplainerRequest, ExplainerResponse, ExplainerTask } from "./explainer-messages.js";
import { readPredictions, toModelAnswer } from "./predictions.js";

// Entry point of an explainer thread: computes one explanation after another; model calls go through the main thread.

const port = parentPort;
if (port === null) throw new Error("explainer-thread runs in a worker thread only.");

let running: { resolve: (outcomes: readonly RunOutcome[]) => void; reject: (error: Error) => void } | undefined;

const answer = (response: ExplainerResponse) => port.postMessage(response);

port.on("message", (request: ExplainerRequest) => {
  if (request.type === "explain") void explain(request.task);
  else if (request.type === "outcomes") running?.resolve(request.outcomes);
  else running?.reject(new Error(request.message));
});

const run: RunModel = async (batch) => {
  const outcomes = await new Promise<readonly RunOutcome[]>((resolve, reject) => {
    running = { resolve, reject };
    answer({ type: "run", batch });
  });
  return outcomes.map(toModelAnswer);
};

async function explain({ manifest, columns, items, options, output }: ExplainerTask): Promise<void> {
  try {
    const explainable = explainableScoresOf(manifest);
    const found = readPredictions({ [output.name]: { mediaType: "application/json", bytes: output.bytes } });
    const predictedClass = found?.predictions[0]?.class;
    if (explainable === undefined || found === undefined || predictedClass === undefined)
      throw new Error("The model's answer has no class scores to explain.");
    const published = new Map(found.predictions.map(({ class: name, score }) => [name, score]));
    found.body.data.explanation = await explainInput({
      input: await readExplainedInput(manifest, explainable, columns, items),
      predictedClass,
      published,
      options,
      maximumBatchSize: manifest.maximumBatchSize,
      run,
    });
    answer({ type: "explained", bytes: new TextEncoder().encode(JSON.stringify(found.body)) });
  } catch (error) {
    answer({ type: "failed", message: error instanceof Error ? error.message || error.name : String(error) });
  }
}
