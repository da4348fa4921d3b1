import { join } from "node:path";
import { MillraceError } from "@millrace/client";
import { checkArchitecture, readLabels, readWhole, type HuggingFaceExport } from "./export-config.js";
import { classification, listLabels, type ImportedModel } from "./imported-model.js";
import type { Json } from "./source-folder.js";

const item = "input.txt";
const tokenizerInputs = new Set(["input_ids", "attention_mask", "token_type_ids"]);
/** transformers writes a huge number where a tokenizer has no limit. */
const unlimited = 1_000_000;
/** Used where no file says how long a text may be. */
const defaultTokens = 512;
/** Families whose positions begin after the number of the padding token. */
const laterPositions = /roberta|camembert|mpnet|longformer|data2vec-text|xmod|ibert/;

/** @throws MillraceError naming the file and the key that is missing or wrong. */
export async function readTextModel(parts: HuggingFaceExport): Promise<ImportedModel> {
  const { source, onnx, weights, name, notes } = parts;
  if ((await source.find("tokenizer.json")) === undefined)
    throw new MillraceError(
      `${join(source.path, "tokenizer.json")} does not exist: save it with AutoTokenizer.from_pretrained(<model>).save_pretrained(<folder>).`,
    );
  const other = onnx.inputs.find((input) => !tokenizerInputs.has(input.name));
  if (other !== undefined)
    throw new MillraceError(
      `${join(source.path, weights.get("model.onnx") ?? "")}: its input ${JSON.stringify(other.name)} does not come from a tokenizer; expected input_ids, attention_mask and token_type_ids only.`,
    );
  const copied = new Map([...weights, ["tokenizer.json", "tokenizer.json"]]);
  if ((await source.find("tokenizer_config.json")) !== undefined)
    copied.set("tokenizer_config.json", "tokenizer_config.json");
  const maximumTokens = await readMaximumTokens(parts);
  const result = await readResult(parts);
  return {
    name,
    summary: result.summary,
    input: { name: item, mediaTypes: ["text/plain"], description: "A text, UTF-8." },
    runner: {
      kind: "onnx",
      file: "model.onnx",
      preprocess: { kind: "tokenizer", item, tokenizer: "tokenizer.json", maximumTokens },
      postprocess: result.postprocess,
    },
    isClassifier: result.isClassifier,
    maxBatchSize: 16,
    copied,
    written: result.written,
    sample: { type: "text", value: "The staff were kind and the food was wonderful." },
    notes,
  };
}

/** The least of what the files allow. */
async function readMaximumTokens({ source, config, onnx, notes }: HuggingFaceExport): Promise<number> {
  const tokenizer = await source.json("tokenizer_config.json");
  const sentences = await source.json("sentence_bert_config.json");
  const positions = readWhole(source, "config.json", config, "max_position_embeddings");
  const padding = readWhole(source, "config.json", config, "pad_token_id");
  const skipped = laterPositions.test(String(config["model_type"])) ? (padding ?? 1) + 1 : 0;
  const declared = tokenizer?.["model_max_length"];
  const limits: (readonly [from: string, tokens: number | undefined])[] = [
    [
      "max_seq_length of sentence_bert_config.json",
      readWhole(source, "sentence_bert_config.json", sentences, "max_seq_length"),
    ],
    [
      "model_max_length of tokenizer_config.json",
      typeof declared === "number" && declared >= unlimited
        ? undefined
        : readWhole(source, "tokenizer_config.json", tokenizer, "model_max_length"),
    ],
    ["max_position_embeddings of config.json", positions === undefined ? undefined : positions - skipped],
    ["the shape of input_ids", onnx.inputs.find((input) => input.name === "input_ids")?.shape[1]],
  ];
  const known = limits.flatMap(([from, tokens]) => (tokens === undefined ? [] : [{ from, tokens }]));
  if (known.length === 0) {
    notes.push(
      `Length: no file limits it, so texts are cut to ${defaultTokens} tokens; change maximumTokens in model.yaml.`,
    );
    return defaultTokens;
  }
  const least = known.reduce((best, one) => (one.tokens < best.tokens ? one : best));
  if (least.tokens < 3)
    throw new MillraceError(`${source.path}: ${least.from} allows ${least.tokens} tokens; expected at least 3.`);
  notes.push(`Length: texts are cut to ${least.tokens} tokens, from ${least.from}.`);
  return least.tokens;
}

interface Result {
  readonly summary: string;
  readonly isClassifier: boolean;
  readonly postprocess: Readonly<Record<string, unknown>>;
  readonly written: ReadonlyMap<string, string>;
}

async function readResult(parts: HuggingFaceExport): Promise<Result> {
  const { config, onnx, notes } = parts;
  if (onnx.outputs.some(({ name, shape }) => name === "logits" && shape.length === 2)) {
    checkArchitecture(parts, /ForSequenceClassification$/, "one that ends with ForSequenceClassification");
    return readClassifier(parts, config["problem_type"]);
  }
  if ((await parts.source.find("modules.json")) === undefined)
    checkArchitecture(parts, /Model$/, "one that ends with ForSequenceClassification or Model");
  const pooled = onnx.outputs.find(({ name }) => name === "sentence_embedding");
  const states = onnx.outputs.find(
    ({ name, shape }) => shape.length === 3 && /^(last_hidden_state|token_embeddings)$/.test(name),
  );
  if (pooled === undefined && states === undefined)
    throw new MillraceError(
      `${parts.source.path}: the ONNX file has the outputs ${onnx.outputs.map(({ name }) => JSON.stringify(name)).join(", ")}; expected logits [batch, classes], last_hidden_state or sentence_embedding.`,
    );
  const postprocess =
    pooled === undefined
      ? { kind: "tensors", outputs: [states?.name], ...(await readPooling(parts)) }
      : { kind: "tensors", outputs: [pooled.name] };
  notes.push(
    pooled === undefined
      ? `Result: an embedding, from the output ${states?.name}.`
      : "Result: an embedding, from the output sentence_embedding.",
  );
  return { summary: "Turns a text into an embedding.", isClassifier: false, postprocess, written: new Map() };
}

function readClassifier(parts: HuggingFaceExport, problem: unknown): Result {
  const { notes, source } = parts;
  const width = parts.onnx.outputs.find(({ name }) => name === "logits")?.shape[1];
  if (problem === "regression" || width === 1) {
    notes.push("Result: the output logits as a number (problem_type regression, or a single score).");
    return {
      summary: "Rates a text.",
      isClassifier: false,
      postprocess: { kind: "tensors", outputs: ["logits"] },
      written: new Map(),
    };
  }
  const known = [undefined, null, "single_label_classification", "multi_label_classification"];
  if (!known.includes(problem as undefined))
    throw new MillraceError(
      `${join(source.path, "config.json")}: problem_type is ${JSON.stringify(problem)}; expected single_label_classification, multi_label_classification or regression.`,
    );
  const activation = problem === "multi_label_classification" ? "sigmoid" : "softmax";
  const labels = readLabels(parts);
  notes.push(
    `Labels: ${listLabels(labels)}, from ${parts.config["id2label"] === undefined ? "the number of scores" : "id2label of config.json"}; scores by ${activation}.`,
  );
  return {
    summary: `Classifies a text as ${listLabels(labels)}.`,
    isClassifier: true,
    ...classification(labels, activation, "logits"),
  };
}

/** As sentence-transformers writes it; the mean, which most of these models use, when there is no such file. */
async function readPooling({ source, notes }: HuggingFaceExport): Promise<Json> {
  const file = "1_Pooling/config.json";
  const pooling = await source.json(file);
  if (pooling === undefined) {
    notes.push(
      `Pooling: the mean of the tokens, scaled to length 1, because ${file} does not exist; change it in model.yaml if the model differs.`,
    );
    return { pooling: "mean", normalize: true };
  }
  const modes = Object.entries(pooling).filter(([key, value]) => key.startsWith("pooling_mode_") && value === true);
  const [mode] = modes.map(([key]) => key);
  if (modes.length !== 1 || (mode !== "pooling_mode_mean_tokens" && mode !== "pooling_mode_cls_token"))
    throw new MillraceError(
      `${join(source.path, file)}: ${modes.map(([key]) => key).join(", ") || "no pooling_mode"} is true; expected pooling_mode_mean_tokens or pooling_mode_cls_token alone.`,
    );
  const modules = await source.text("modules.json");
  const normalize = modules !== undefined && /models\.Normalize"/.test(modules);
  notes.push(`Pooling: ${mode} of ${file}${normalize ? ", scaled to length 1" : ""}.`);
  return { pooling: mode === "pooling_mode_cls_token" ? "cls" : "mean", normalize };
}
