import { parseUrl } from "@millrace/contract";
import type { ModelManifest } from "../manifest/manifest.js";
import { openHttpClient } from "../remote/http-client.js";
import { ConnectionLostError, ModelRefusedError, type ModelConnection } from "../remote/model-connection.js";
import type { Outbound } from "../remote/outbound.js";
import { keyFor, plainUrl, type ServerKey } from "../remote/server-keys.js";
import type { DataItems, RunOutcome } from "../runner.js";
import { encodeJsonOutput } from "../check/json-output.js";
import { DataItemError } from "../tensors/data-item-error.js";
import { parseOpenAiSettings, type OpenAiSettings } from "./openai-settings.js";
import { hidingKey } from "./hiding-key.js";
import { itemsOfTemplate } from "./prompt-template.js";
import { errorOf, readAnswer, type ModelAnswer } from "./read-answer.js";
import { requestBody, taskPaths } from "./request-body.js";
import { RequestFailure } from "./request-failure.js";
import { runConcurrently } from "./run-concurrently.js";
import { maximumAnswerBytes, sendRequest } from "./send-request.js";

const defaultConcurrency = 4;

/** Speaks OpenAI's API: one request an input, several at once. */
export function connectOpenAi(
  manifest: ModelManifest,
  address: string,
  outbound?: Outbound,
  serverKeys: readonly ServerKey[] = [],
): Promise<ModelConnection> {
  const settings = parseOpenAiSettings(manifest);
  checkItems(manifest, settings);
  const model = `${manifest.name} ${manifest.version}`;
  const base = baseOf(address);
  const key = keyFor(serverKeys, base);
  const client = hidingKey(openHttpClient(base, outbound, maximumAnswerBytes), key);
  const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const headers = { ...authorization, "content-type": "application/json", accept: "application/json" };
  const outputName = manifest.outputs[0]?.name ?? "results.json";

  const runOne = async (items: DataItems, signal: AbortSignal): Promise<RunOutcome | ConnectionLostError> => {
    try {
      const body = requestBody(settings, items);
      const path = taskPaths[settings.task];
      const answer = await sendRequest(client, { path, headers, body, timeLimitMs: manifest.runTimeoutMs, signal });
      return toOutcome(outputName, readAnswer(settings, answer));
    } catch (error) {
      if (error instanceof DataItemError) return { succeeded: false, error: error.message };
      if (error instanceof RequestFailure)
        return { succeeded: false, code: error.code, error: `${model} ${error.message}.` };
      if (error instanceof ConnectionLostError) return error;
      throw error;
    }
  };

  return Promise.resolve({
    maximumBatchSize: manifest.maximumBatchSize,
    limitsInputs: true,
    async checkReady(signal) {
      const answer = await client.send("GET", "/models", { signal, headers: authorization });
      const { status } = answer;
      // Not every server lists its models, and one that is busy is there.
      if ([200, 404, 405, 429].includes(status)) return;
      const fault = `GET /models returned ${status}: ${errorOf(answer).words}`;
      if (status === 401 || status === 403)
        throw new ModelRefusedError(
          `${model} cannot be used: ${fault}. ${key === undefined ? `No entry of MILLRACE_MODEL_KEYS is for ${base}` : "Its key in MILLRACE_MODEL_KEYS is not accepted"}; the operator sets it.`,
        );
      if (status < 500) throw new ModelRefusedError(`${model} cannot be used: ${fault}. Check runner.address.`);
      throw new Error(fault);
    },
    async run(batch, { signal }) {
      const { concurrency = defaultConcurrency } = settings;
      const outcomes = await runConcurrently(batch, concurrency, (items) => runOne(items, signal));
      const lost = outcomes.find((one) => one instanceof ConnectionLostError);
      if (lost !== undefined && outcomes.every((one) => one instanceof ConnectionLostError)) throw lost;
      return outcomes.map((one): RunOutcome =>
        one instanceof ConnectionLostError
          ? { succeeded: false, code: "model.unavailable", error: `${model} cannot be reached: ${one.message}` }
          : one,
      );
    },
    close: () => client.close(),
  });
}

/** An address without a path is that of the server: its API is at /v1. */
function baseOf(address: string): string {
  const url = parseUrl(address.includes("://") ? address : `http://${address}`);
  const plain = url === undefined ? undefined : plainUrl(url);
  if (url === undefined || plain === undefined)
    throw new Error(`runner.address is not valid: found ${JSON.stringify(address)}.`);
  return url.pathname === "/" ? `${plain}/v1` : plain;
}

/** A data item that the model does not take is a mistake in model.yaml, better said when the model is loaded than with each input. */
function checkItems({ name, version, inputs }: ModelManifest, settings: OpenAiSettings): void {
  const { system = "", images = [] } = settings.task === "chat" ? settings : {};
  const used = [...itemsOfTemplate(system), ...itemsOfTemplate(settings.prompt), ...images];
  const known = inputs.map((input) => input.name);
  const unknown = used.find((item) => !known.includes(item));
  if (unknown === undefined && used.length > 0) return;
  const fault = unknown === undefined ? "names no data item" : `names the data item ${JSON.stringify(unknown)}`;
  throw new Error(
    `runner of the model.yaml of ${name} ${version} ${fault}; write {{${known[0] ?? "input.txt"}}} where the text of one belongs. Its inputs are ${known.join(", ")}.`,
  );
}

function toOutcome(outputName: string, { result, ...counted }: ModelAnswer): RunOutcome {
  const bytes = encodeJsonOutput(outputName, { data: { result, explanation: null, drift: null }, ...counted });
  if (bytes instanceof Error) return { succeeded: false, code: "model.invalid_output", error: bytes.message };
  return { succeeded: true, outputs: { [outputName]: { mediaType: "application/json", bytes } } };
}
