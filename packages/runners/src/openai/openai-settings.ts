import { parseUrl } from "@millrace/contract";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { checkByKind, checkEach, SettingsError } from "../check/check-settings.js";
import { byParser, type KindSettings } from "../check/kind-settings.js";
import type { ModelManifest, RunnerSettings } from "../manifest/manifest.js";
import { plainUrl } from "../remote/server-keys.js";
import { findServerFaults, serverKeys } from "../remote/server-settings.js";
import { checkAnswerSchema, type AnswerSchema } from "./answer-schema.js";

const longestPrompt = 65_536;
const prompt = Type.String({
  minLength: 1,
  maxLength: longestPrompt,
  description: `a text of at most ${longestPrompt} characters; {{name}} stands for the data item of that name`,
});
// What Millrace writes itself, or what would change the form of the response.
const ownParameters = ["model", "messages", "input", "response_format", "encoding_format", "stream", "n"] as const;
const mostParameters = 100;

const common = {
  /** The model's name at the server. */
  model: Type.String({ minLength: 1, maxLength: 256 }),
  /** What the model is given, with {{data item}} in it. */
  prompt,
  /** How many requests are under way at once for an engine; 4 when not given. */
  concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
  /** Further fields of each request, such as `seed`. */
  parameters: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { maxProperties: mostParameters, description: "fields by name" }),
  ),
};
const Embeddings = Type.Object({ task: Type.Literal("embeddings"), ...common });
const Chat = Type.Object({
  task: Type.Literal("chat"),
  ...common,
  system: Type.Optional(prompt),
  /** Data items that are pictures: JPEG, PNG, WebP or GIF. */
  images: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 16 })),
  /** The JSON schema of the answer; the answer is a text when not given. */
  schema: Type.Optional(Type.Object({})),
  /** Whether the server is to hold the model to the schema, where it can; true when not given. */
  strict: Type.Optional(Type.Boolean()),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  /** The longest answer, in tokens; the server's default when not given. */
  maxTokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
});
export type ChatSettings = Omit<Static<typeof Chat>, "schema"> & { readonly schema?: AnswerSchema };
export type EmbeddingsSettings = Static<typeof Embeddings>;
export type OpenAiSettings = ChatSettings | EmbeddingsSettings;

const tasks = { chat: Compile(Chat), embeddings: Compile(Embeddings) };

/**
 * The `runner` part of the manifest of a model behind OpenAI's API.
 *
 * @throws SettingsError for the fields that are not valid.
 */
export function parseOpenAiSettings({ runner }: ModelManifest): OpenAiSettings {
  checkByKind(["runner"], "task", tasks, runner);
  const settings = runner as unknown as OpenAiSettings;
  checkEach(
    () => checkAddress(runner),
    () => checkParameters(settings),
    () => {
      if (settings.task === "chat" && settings.schema !== undefined)
        checkAnswerSchema(["runner", "schema"], settings.schema);
    },
  );
  return settings;
}

function checkAddress({ address }: RunnerSettings): void {
  if (typeof address !== "string") return;
  const url = parseUrl(address);
  if (url !== undefined && plainUrl(url) !== undefined) return;
  const expected = 'an address such as "https://api.example.com/v1", without a user, a query or encoded slashes';
  // What does not belong there may be a password or a key.
  const found = /[@?#]/.test(address) ? { found: "an address that may hold a secret (it is not shown)" } : {};
  throw new SettingsError({ path: ["runner", "address"], ...found, expected }, address);
}

function checkParameters({ parameters = {} }: OpenAiSettings): void {
  const own = ownParameters.find((name) => Object.hasOwn(parameters, name));
  if (own !== undefined)
    throw new SettingsError({
      path: ["runner", "parameters", own],
      is: "unknown",
      expected: `fields other than ${ownParameters.join(", ")}, which Millrace writes itself`,
    });
}

const commonKeys = ["task", ...Object.keys(common)];

export const openAiSettings: KindSettings = {
  keys: ({ task }) => [
    ...serverKeys,
    ...commonKeys,
    ...(task === "embeddings" ? [] : ["system", "images", "schema", "strict", "temperature", "maxTokens"]),
  ],
  find: (settings) => [...findServerFaults(settings), ...byParser(parseOpenAiSettings)(settings)],
};
