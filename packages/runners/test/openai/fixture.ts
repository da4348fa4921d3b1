import { onTestFinished } from "vitest";
import { startEngine, type DataItems, type Engine, type ModelManifest, type ModelPolicy } from "../../src/index.js";
import { exampleManifest } from "../example-manifest.js";
import { startOpenAiServer } from "../model-servers/openai-server.mjs";

export const { signal } = new AbortController();

export const text = (words: string): DataItems => ({ input: Buffer.from(words) });

/** Starts a server of the API that ends with the test. */
export const serve = async (...parameters: Parameters<typeof startOpenAiServer>) => {
  const server = await startOpenAiServer(...parameters);
  onTestFinished(server.close);
  return server;
};

/** An engine of the server's model "tiny", until the test ends. */
export const open = async (
  address: string,
  settings: object = {},
  overrides: Partial<ModelManifest> = {},
  policy: ModelPolicy = {},
): Promise<Engine> => {
  const runner = { kind: "openai", address, model: "tiny", task: "chat", prompt: "{{input}}", ...settings };
  const engine = await startEngine(exampleManifest({ directory: "/", runner, ...overrides }), {
    signal,
    name: "openai",
    policy,
  });
  onTestFinished(() => engine.close());
  return engine;
};

/** What a model said of each input: the content of its results.json, or the code and the message of its failure. */
export const answers = async (engine: Engine, ...batch: DataItems[]): Promise<unknown[]> =>
  (await engine.run(batch, { explain: false, signal })).map((outcome) =>
    outcome.succeeded
      ? (JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()) as unknown)
      : `${outcome.code ?? "model.refused"}: ${outcome.error}`,
  );

/** A results.json with that result. */
export const result = (value: unknown) => ({ data: { result: value, explanation: null, drift: null } });
