import { shortenError } from "../../../packages/runners/src/check/check-outputs.ts";
import { toOutcome } from "../../../packages/runners/src/grpc-container/output-item.ts";
import { readPredictions } from "../../../packages/server/src/explanations/predictions.ts";
import { exampleManifest } from "../../../packages/runners/test/example-manifest.ts";
import { jsonWords } from "../json-words.ts";
import { holds, type FuzzTarget } from "../target.ts";

const manifest = exampleManifest({ directory: "/model", runner: { kind: "grpc-container" } });

/** What a model answers: class scores in order or none, and errors of bounded length that a database takes. */
export const target: FuzzTarget = {
  seeds: [
    '{"data":{"result":{"classPredictions":[{"class":"a","score":0.1},{"class":"b","score":0.9}]},"explanation":null}}',
    '{"error_message":"it failed"}',
    "Traceback: it failed",
  ],
  dictionary: [
    ...jsonWords,
    '"data":',
    '"result":',
    '"classPredictions":',
    '"class":',
    '"score":',
    '"error_message":',
    "\u0000",
    "\ud800",
  ],
  run(data) {
    const found = readPredictions({ other: { bytes: data, mediaType: "text/plain" } });
    const scores = (found?.predictions ?? []).map(({ score }) => score);
    holds(
      scores.every((score, index) => Number.isFinite(score) && score <= (scores[index - 1] ?? Infinity)),
      "scores descend",
    );
    const outcome = toOutcome(manifest, { output: { error: data }, success: true });
    if (outcome.succeeded) throw new TypeError("An output named error is a failure.");
    const error = shortenError(outcome.error);
    holds(error.length <= 4_200 && error.isWellFormed() && !error.includes("\u0000"), "an error is short, whole text");
  },
};
