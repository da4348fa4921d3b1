import { onTestFinished } from "vitest";
import { startEngine, type DataItems, type Engine, type ModelManifest } from "../../src/index.js";
import { exampleManifest } from "../example-manifest.js";
import { startV2Server } from "../model-servers/v2-server.mjs";

export const { signal } = new AbortController();
export const mapping = [
  { tensor: "numbers", from: "json", item: "numbers.json", datatype: "FP32", shape: [3] },
  { tensor: "words", from: "file", item: "word.txt" },
];
export const input = (numbers: string, word: string): DataItems => ({
  "numbers.json": Buffer.from(numbers),
  "word.txt": Buffer.from(word),
});

/** An engine of the server's model "sums". */
export const connect = (address: string, settings: object = {}, overrides: Partial<ModelManifest> = {}) => {
  const runner = { kind: "open-inference", address, model: "sums", inputs: mapping, ...settings };
  return startEngine(exampleManifest({ directory: "/", runner, ...overrides }), { signal, name: "v2" });
};

/** Starts a server of the protocol that ends with the test. */
export const serve = async (...parameters: Parameters<typeof startV2Server>) => {
  const server = await startV2Server(...parameters);
  onTestFinished(server.close);
  return server;
};

/** `connect` until the test ends. */
export const open = async (...parameters: Parameters<typeof connect>) => {
  const engine = await connect(...parameters);
  onTestFinished(() => engine.close());
  return engine;
};

/** What a model said of each input: its data, or its error. */
export const answers = async (engine: Engine, ...batch: DataItems[]) =>
  (await engine.run(batch, { explain: false, signal })).map((outcome) =>
    outcome.succeeded
      ? (JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()) as { data: object }).data
      : outcome.error,
  );

/** What the model "sums" says. */
export const answer = (sum: number, reversed: unknown) => ({
  result: { sum, reversed },
  explanation: null,
  drift: null,
});

/** An answer of a server with these tensors, in JSON. */
export const outputs = (...tensors: object[]) => ({ text: JSON.stringify({ outputs: tensors }) });
