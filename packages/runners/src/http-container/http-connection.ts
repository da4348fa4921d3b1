import type { ModelManifest } from "../manifest/manifest.js";
import { openHttpClient, type HttpAnswer } from "../remote/http-client.js";
import type { Outbound } from "../remote/outbound.js";
import { serverWords } from "../remote/server-words.js";
import { ModelRefusedError, type ModelConnection } from "../remote/model-connection.js";
import type { DataItems, RunOutcome } from "../runner.js";
import { createExchange, isFileName, parseExchangePlace } from "./file-exchange.js";

/** Speaks the HTTP container contract: one input a call, its files in a directory. */
export async function connectHttpContainer(
  manifest: ModelManifest,
  address: string,
  outbound?: Outbound,
): Promise<ModelConnection> {
  const place = await parseExchangePlace(manifest);
  const client = openHttpClient(address, outbound);

  const runOne = async (items: DataItems, signal: AbortSignal): Promise<RunOutcome> => {
    const strange = Object.keys(items).find((item) => !isFileName(item));
    if (strange !== undefined)
      return { succeeded: false, error: `Data item ${JSON.stringify(strange)} cannot be the name of a file.` };
    const exchange = await createExchange(manifest, place, items);
    try {
      const answer = await client.send("POST", "/run", {
        signal,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ type: "file", input: exchange.input, output: exchange.output }),
      });
      if (answer.status === 200) return await exchange.readOutputs();
      return { succeeded: false, error: `The model responded with ${answer.status}: ${messageOf(answer)}` };
    } finally {
      await exchange.remove();
    }
  };

  return {
    // The contract has no batches; inputs of one go one after another.
    maximumBatchSize: 1,
    async checkReady(signal) {
      const answer = await client.send("GET", "/status", { signal });
      if (answer.status === 500) {
        throw new ModelRefusedError(
          `${manifest.name} ${manifest.version} cannot be loaded: its server responded with 500: ${messageOf(answer)}`,
        );
      }
      if (answer.status !== 200) throw new Error(`GET /status returned ${answer.status}: ${messageOf(answer)}`);
    },
    async run(batch, { signal }) {
      const outcomes: RunOutcome[] = [];
      for (const items of batch) outcomes.push(await runOne(items, signal));
      return outcomes;
    },
    close: () => client.close(),
  };
}

/** `{"statusCode", "status", "message"}`, or whatever came instead. */
function messageOf({ bytes }: HttpAnswer): string {
  const text = Buffer.from(bytes).toString("utf8");
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string" && message !== "") return message;
  } catch {
    return serverWords(text);
  }
  return serverWords(text);
}
