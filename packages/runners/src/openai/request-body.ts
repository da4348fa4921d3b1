import type { DataItems } from "../runner.js";
import type { ChatSettings, OpenAiSettings } from "./openai-settings.js";
import { pictureUrl } from "./picture-url.js";
import { fillTemplate } from "./prompt-template.js";

/** Where a task's requests go, below the address. */
export const taskPaths = { chat: "/chat/completions", embeddings: "/embeddings" } as const;

/**
 * The request of one input, as JSON.
 *
 * @throws DataItemError when a data item is not what the settings need.
 */
export function requestBody(settings: OpenAiSettings, items: DataItems): string {
  const { model, parameters } = settings;
  const own =
    settings.task === "chat"
      ? chatFields(settings, items)
      : { input: fillTemplate(settings.prompt, items), encoding_format: "float" };
  return JSON.stringify({ ...parameters, model, ...own });
}

function chatFields(settings: ChatSettings, items: DataItems) {
  const { system, prompt, images = [], schema, strict = true, temperature, maxTokens } = settings;
  const text = fillTemplate(prompt, items);
  const pictures = images.map((name) => ({ type: "image_url", image_url: { url: pictureUrl(items, name) } }));
  return {
    messages: [
      ...(system === undefined ? [] : [{ role: "system", content: fillTemplate(system, items) }]),
      { role: "user", content: pictures.length === 0 ? text : [{ type: "text", text }, ...pictures] },
    ],
    ...(schema !== undefined && {
      response_format: { type: "json_schema", json_schema: { name: "answer", strict, schema } },
    }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
  };
}
