import { decodeText } from "@millrace/contract";
import type { HttpAnswer } from "../remote/http-client.js";
import { findAnswerFault, longestJsonAnswer } from "./answer-schema.js";
import { RequestFailure } from "./request-failure.js";
import type { OpenAiSettings } from "./openai-settings.js";

/** What `results.json` holds, and what the server counted. */
export interface ModelAnswer {
  /** The text of the model, or its JSON where there is a schema; the vector of an embedding. */
  readonly result: unknown;
  /** Why the model ended its text: "stop", or "length" when it was cut. */
  readonly finishReason?: string;
  /** In tokens; not there when the server does not count. */
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number; readonly totalTokens: number };
}

/** Reads a response of 200. @throws RequestFailure when it is not what the API says, or not what the schema of the answer says. */
export function readAnswer(settings: OpenAiSettings, { bytes, headers }: HttpAnswer): ModelAnswer {
  const response = parseResponse(bytes, String(headers["content-type"] ?? "no media type"));
  const usage = usageOf(response["usage"]);
  if (settings.task === "embeddings") return { result: vectorOf(response), ...usage };
  const choice = fieldsOf(listOf(response["choices"])[0]);
  const { content, refusal } = fieldsOf(choice["message"]);
  const reason = choice["finish_reason"];
  if (typeof refusal === "string" && refusal !== "")
    throw new RequestFailure("model.refused", `refused to answer: ${excerpt(refusal)}`);
  if (typeof content !== "string")
    throw new RequestFailure("model.invalid_output", "returned no text in choices[0].message.content");
  const finishReason = typeof reason === "string" ? { finishReason: reason.slice(0, 100) } : {};
  return { result: resultOf(settings.schema, content, reason), ...finishReason, ...usage };
}

function parseResponse(bytes: Uint8Array, mediaType: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch {
    const start = Buffer.from(bytes.subarray(0, 1_000)).toString("utf8");
    throw new RequestFailure(
      "model.invalid_output",
      `responded with ${mediaType.slice(0, 100)} that is not JSON; it begins with ${excerpt(start)}`,
    );
  }
  return fieldsOf(value);
}

function resultOf(
  schema: Parameters<typeof findAnswerFault>[0] | undefined,
  content: string,
  reason: unknown,
): unknown {
  if (schema === undefined) return content;
  const cut = reason === "length" ? "; it was cut: raise runner.maxTokens" : "";
  const fail = (fault: string) =>
    new RequestFailure(
      "model.invalid_output",
      `returned an answer that does not match runner.schema (${fault}); it begins with ${excerpt(content)}${cut}`,
    );
  if (content.length > longestJsonAnswer)
    throw fail(`it has ${content.length} characters, at most ${longestJsonAnswer} are checked`);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw fail("it is not JSON");
  }
  const fault = findAnswerFault(schema, value);
  if (fault !== undefined) throw fail(fault);
  return value;
}

function vectorOf(response: Fields): readonly number[] {
  const { embedding } = fieldsOf(listOf(response["data"])[0]);
  const vector = listOf(embedding);
  if (vector.length === 0 || !vector.every((value) => typeof value === "number"))
    throw new RequestFailure("model.invalid_output", "returned no list of numbers in data[0].embedding");
  return vector;
}

function usageOf(value: unknown): Pick<ModelAnswer, "usage"> {
  const fields = fieldsOf(value);
  const count = (name: string) => (Number.isSafeInteger(fields[name]) ? (fields[name] as number) : undefined);
  const promptTokens = count("prompt_tokens");
  if (promptTokens === undefined) return {};
  const completionTokens = count("completion_tokens") ?? 0;
  return {
    usage: { promptTokens, completionTokens, totalTokens: count("total_tokens") ?? promptTokens + completionTokens },
  };
}

/** What a server says in a response of another status: `{"error": {"message"}}`, `{"error"}`, `{"message"}`, or whatever came instead. */
export function errorOf({ bytes }: HttpAnswer): { readonly words: string; readonly code: unknown } {
  const text = Buffer.from(bytes.subarray(0, longestJsonAnswer)).toString("utf8");
  try {
    const response = fieldsOf(JSON.parse(text));
    const error = fieldsOf(response["error"]);
    const words = [error["message"], response["error"], response["message"], response["detail"]].find(
      (one) => typeof one === "string",
    );
    return { words: excerpt(typeof words === "string" ? words : text), code: error["code"] };
  } catch {
    return { words: excerpt(text), code: undefined };
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const longestExcerpt = 300;

/** The start of what a server wrote, in quotes. */
function excerpt(text: string): string {
  return JSON.stringify(text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text);
}
