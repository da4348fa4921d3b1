// A server of OpenAI's API for tests: GET /v1/models, POST /v1/chat/completions and /v1/embeddings. It refuses requests that are not as the
// published API reference has them, with the error that it describes.
import { createServer } from "node:http";
import { once } from "node:events";

const chatFields = [
  "model",
  "messages",
  "response_format",
  "temperature",
  "max_tokens",
  "max_completion_tokens",
  "seed",
  "top_p",
  "stop",
  "user",
];
const embeddingsFields = ["model", "input", "encoding_format", "dimensions", "user"];

/** `reply` makes what is answered to a chat; `key` is the key that requests must have. */
export async function startOpenAiServer({ reply, key } = {}) {
  const requests = [];
  let [underWay, most] = [0, 0];
  const server = createServer((request, response) => void handle(request, response));

  async function handle(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const send = (status, body, headers = {}) => {
      if (response.destroyed) return;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    const refuse = (status, message, code = null) =>
      send(status, { error: { message, type: "invalid_request_error", param: null, code } });
    const { method, url, headers } = request;
    if (key !== undefined && headers.authorization !== `Bearer ${key}`)
      return refuse(401, `Incorrect API key provided: ${headers.authorization ?? "none"}.`, "invalid_api_key");
    if (method === "GET" && url === "/v1/models")
      return send(200, { object: "list", data: [{ id: "tiny", object: "model", created: 1, owned_by: "test" }] });
    const isChat = url === "/v1/chat/completions";
    if (method !== "POST" || !(isChat || url === "/v1/embeddings"))
      return refuse(404, `Invalid URL (${method} ${url})`);
    if (headers["content-type"] !== "application/json") return refuse(400, "the body must be application/json");
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const fault = isChat ? chatFault(body) : embeddingsFault(body);
    if (fault !== undefined) return refuse(400, fault);
    const index = requests.push({ path: url, authorization: headers.authorization, body }) - 1;
    most = Math.max(most, ++underWay);
    try {
      if (isChat) await chat(body, index, send);
      else embed(body, send);
    } finally {
      underWay -= 1;
    }
  }

  async function chat(body, index, send) {
    const said = (await reply?.(body, index)) ?? textOf(body.messages.at(-1)).toUpperCase();
    if (typeof said !== "string") return send(said.status ?? 200, said.body ?? "", said.headers);
    const promptTokens = body.messages.map(textOf).join(" ").split(/\s+/).length;
    const completionTokens = said.split(/\s+/).length;
    send(200, {
      id: `chatcmpl-${index}`,
      object: "chat.completion",
      created: 1,
      model: body.model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: said, refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
      },
    });
  }

  function embed({ model, input }, send) {
    const embedding = [input.length, 0.5, -1];
    send(200, {
      object: "list",
      data: [{ object: "embedding", index: 0, embedding }],
      model,
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${server.address().port}/v1`,
    requests,
    mostAtOnce: () => most,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textOf({ content }) {
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

/** What is wrong with the body of a request for a chat. */
function chatFault(body) {
  const unknown = Object.keys(body).find((name) => !chatFields.includes(name));
  if (unknown !== undefined) return `Unrecognized request argument supplied: ${unknown}`;
  if (typeof body.model !== "string") return "you must provide a model parameter";
  if (!Array.isArray(body.messages) || body.messages.length === 0) return "'messages' must have at least one";
  for (const { role, content, ...rest } of body.messages) {
    if (!["system", "user"].includes(role) || Object.keys(rest).length > 0) return `Invalid message of ${role}`;
    if (typeof content === "string") continue;
    for (const part of content) {
      if (part.type === "text" && typeof part.text === "string") continue;
      if (part.type !== "image_url" || !/^data:image\/(png|jpeg|gif|webp);base64,[\w+/]+=*$/.test(part.image_url?.url))
        return "Invalid content part";
    }
  }
  const format = body.response_format;
  if (format === undefined) return undefined;
  const { name, schema, strict } = format.json_schema ?? {};
  if (format.type !== "json_schema" || !/^[\w-]{1,64}$/.test(name) || typeof schema !== "object")
    return "Invalid response_format";
  if (strict === true && schema.additionalProperties !== false)
    return "Invalid schema for response_format 'answer': 'additionalProperties' is required to be supplied and to be false.";
  return undefined;
}

/** What is wrong with the body of a request for an embedding. */
function embeddingsFault(body) {
  const unknown = Object.keys(body).find((name) => !embeddingsFields.includes(name));
  if (unknown !== undefined) return `Unrecognized request argument supplied: ${unknown}`;
  if (typeof body.model !== "string" || typeof body.input !== "string" || body.input === "")
    return "'$.input' is invalid";
  return ["float", "base64"].includes(body.encoding_format) ? undefined : "'$.encoding_format' is invalid";
}
