import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseOnnxSettings } from "../src/onnx/onnx-settings.js";
import { createPreparations } from "../src/onnx/preparation.js";
import { createTextPreparation } from "../src/onnx/token-tensors.js";
import { findRunner, type Engine } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";

const folder = fileURLToPath(new URL("text-models", import.meta.url));
const kinds = fileURLToPath(new URL("tokenizers", import.meta.url));
const { signal } = new AbortController();
const text = (words: string) => ({ "input.txt": Buffer.from(words) });

async function load(directory: string): Promise<Engine> {
  const preprocess = { kind: "tokenizer", item: "input.txt", tokenizer: "tokenizer.json", maximumTokens: 16 };
  const runner = { kind: "onnx", file: "model.onnx", preprocess, postprocess: { kind: "tensors" } };
  const manifest = exampleManifest({ directory, runner });
  const engine = await (await findRunner(manifest)).load(manifest, signal);
  onTestFinished(() => engine.close());
  return engine;
}

async function answer(engine: Engine, words: string): Promise<unknown> {
  const [outcome] = await engine.run([text(words)], { explain: false, signal });
  if (outcome?.succeeded !== true) return outcome?.error;
  const body = Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString();
  return (JSON.parse(body) as { data: { result: unknown } }).data.result;
}

/** A folder with a tokenizer.json that differs from a given one. */
function changed(file: string, change: object, others: Readonly<Record<string, object>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), "millrace-texts-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const json = JSON.parse(readFileSync(file, "utf8")) as object;
  for (const [name, content] of Object.entries({ "tokenizer.json": { ...json, ...change }, ...others }))
    writeFileSync(join(directory, name), JSON.stringify(content));
  return directory;
}

const kind = (name: string) => join(kinds, `${name}.json`);
const input = (name: string, width: number | string) => ({ name, datatype: "INT64", shape: ["batch", width] }) as const;

/** The rows that a model's inputs get. */
async function rows(directory: string, inputs: ReturnType<typeof input>[], words: string[], maximumTokens = 8) {
  const settings = { kind: "tokenizer", item: "input.txt", tokenizer: "tokenizer.json", maximumTokens } as const;
  const { prepare, tensors, canPad } = await createTextPreparation(directory, "runner.preprocess", settings, inputs);
  const found = tensors(await Promise.all(words.map((one) => prepare(text(one)))));
  const listed = Object.entries(found).map(([name, { data, dims }]) => {
    const numbers = Array.from(data as BigInt64Array, Number);
    const [count = 0, width = 0] = dims;
    return [name, Array.from({ length: count }, (_, row) => numbers.slice(row * width, (row + 1) * width))];
  });
  return { canPad, rows: Object.fromEntries(listed) as Record<string, number[][]> };
}

describe("words that a tokenizer does not know", () => {
  it("become its unknown token", async () => {
    const engine = await load(join(folder, "wordlevel"));
    expect(await answer(engine, "the zebra house")).toEqual({ ids: [2, 1, 1], mask: [1, 1, 1] });
  });

  it("are cut at letters of every script", async () => {
    const engine = await load(join(folder, "whitespace"));
    expect(await answer(engine, "Привет, мир! café")).toMatchObject({ ids: [1, 309, 11, 295, 5, 286, 2] });
  });
});

describe("padding", () => {
  const ids = [input("input_ids", 8), input("attention_mask", 8), input("token_type_ids", 8)];

  it("is the token that tokenizer.json calls so, though its padding is null", async () => {
    const engine = await load(join(folder, "padding"));
    expect(await answer(engine, "the house")).toEqual({ real: [6] });
  });

  it("has the side, id and type id that tokenizer.json says", async () => {
    const found = await rows(changed(kind("xlnet"), {}), ids, ["a", "the house is large"]);
    expect(found.rows["input_ids"]?.[0]?.slice(0, 4)).toEqual([5, 5, 5, 5]);
    expect(found.rows["attention_mask"]?.[0]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(found.rows["token_type_ids"]?.[0]).toEqual([3, 3, 3, 3, 0, 0, 0, 2]);
    expect(found.rows["attention_mask"]?.[1]).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it("on the left leaves each text its own rows of an output", async () => {
    const models = fileURLToPath(new URL("onnx-models", import.meta.url));
    const padding = {
      strategy: "BatchLongest",
      direction: "Left",
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: "[PAD]",
    };
    const directory = changed(join(models, "tokenizer.json"), { padding });
    for (const file of ["token-states.onnx", "eight-tokens.onnx"]) {
      const tokenizer = join(relative(models, directory), "tokenizer.json");
      const preprocess = { kind: "tokenizer", item: "input.txt", tokenizer, maximumTokens: 8 };
      const runner = { kind: "onnx", file, preprocess, postprocess: { kind: "tensors", outputs: ["states"] } };
      const manifest = exampleManifest({ directory: models, runner });
      const engine = await (await findRunner(manifest)).load(manifest, signal);
      onTestFinished(() => engine.close());
      expect(await answer(engine, "mill")).toEqual({
        states: [
          [2, 99],
          [10, 99],
          [3, 99],
        ],
      });
    }
  });

  it("is pad_token of a tokenizer_config.json where tokenizer.json names none", async () => {
    const directory = changed(
      kind("gpt2"),
      {},
      { "tokenizer_config.json": { pad_token: { content: "<|endoftext|>" }, padding_side: "left" } },
    );
    const found = await rows(directory, [input("input_ids", 4)], ["a"], 4);
    expect(found.rows["input_ids"]?.[0]?.slice(0, 3)).toEqual([0, 0, 0]);
  });

  it("that a model of a fixed width needs and the tokenizer does not have is told when it loads", async () => {
    const directory = changed(kind("gpt2"), {});
    await expect(rows(directory, ids, [])).rejects.toThrow(
      'runner.preprocess.tokenizer of its model.yaml has no padding token, but the model always takes 8 tokens: set "padding" in tokenizer.json, or "pad_token" in a tokenizer_config.json beside it.',
    );
    // Others get only texts of one length in a batch.
    expect(await rows(directory, [input("input_ids", "n"), input("attention_mask", "n")], ["a"])).toMatchObject({
      canPad: false,
    });
  });

  it("is part of the text for a model without a mask, as wide as tokenizer.json says", async () => {
    const found = await rows(changed(kind("t5"), {}), [input("input_ids", "n")], ["a"]);
    expect(found.rows["input_ids"]?.[0]).toHaveLength(32);
    const left = await rows(changed(kind("wordpiece-short-words"), {}), [input("input_ids", "n")], ["aé"]);
    expect(left.rows["input_ids"]?.[0]).toHaveLength(8);
    expect(left.rows["input_ids"]?.[0]?.[0]).toBe(0);
    const masked = await rows(changed(kind("t5"), {}), [input("input_ids", "n"), input("attention_mask", "n")], ["a"]);
    expect(masked.rows["input_ids"]?.[0]?.length).toBeLessThan(8);
  });
});

describe("a text that is too long", () => {
  const long = "the house is very large and my friend walks there, 3.5 times a day. ".repeat(20_000);
  const kept = [536, 323, 316, 508, 405, 567, 493, 330, 777, 321, 646, 1657, 274, 325, 79, 87];

  it("keeps the tokens that the post-processor adds", async () => {
    const found = await rows(join(folder, "padding"), [input("input_ids", 16)], [long], 16);
    expect(found.rows["input_ids"]).toEqual([[0, ...kept.slice(0, 14), 2]]);
  });

  it("has no end mark where the tokenizer has none", async () => {
    const directory = changed(join(folder, "padding", "tokenizer.json"), { post_processor: null });
    const found = await rows(directory, [input("input_ids", 16)], [long], 16);
    expect(found.rows["input_ids"]).toEqual([kept]);
  });

  it.each([
    ["410 KiB of Chinese without white space", 1],
    ["16 MiB of it", 40],
  ])("%s gives its first tokens", async (_name, times) => {
    const sentence = "这部电影讲述了一个年轻人离开家乡，在大城市里寻找工作的故事。";
    const chinese = sentence.repeat(Math.ceil(140_000 / sentence.length) * times);
    const engine = await load(join(folder, "unigram"));
    expect(await answer(engine, chinese)).toMatchObject({
      ids: [2, 5, 1, 29, 1, 29, 1, 29, 1, 29, 1, 29, 1, 29, 1, 3],
    });
  });

  it("16 MiB of English gives its first tokens", async () => {
    const engine = await load(join(folder, "unigram"));
    expect(await answer(engine, "the quick brown fox jumps over the lazy dog. ".repeat(380_000))).toMatchObject({
      ids: [2, 9, 5, 565, 228, 131, 5, 288, 672, 170, 691, 253, 434, 6, 5, 3],
    });
  });

  it("fails alone when its start does not decide its first tokens", async () => {
    const engine = await load(join(folder, "wordlevel"));
    expect(await answer(engine, "a".repeat(2 ** 24))).toBe(
      'Data item "input.txt" has 16777216 characters, and the first 262144 do not decide its first 16 tokens: shorten it, or split words that are that long.',
    );
    const whole = changed(kind("right-to-left-digits"), {});
    await expect(rows(whole, [input("input_ids", "n")], ["1".repeat(2 ** 20)])).rejects.toThrow(
      'Data item "input.txt" has 1048576 characters; this model\'s tokenizer needs a text as a whole, and takes at most 262144: shorten it.',
    );
  });
});

describe("loading reports a tokenizer that cannot be used", () => {
  const bert = JSON.parse(readFileSync(kind("bert-uncased"), "utf8")) as { model: object };
  it.each([
    [
      "a part that the library does not know",
      { pre_tokenizer: { type: "Magic" } },
      8,
      /which cannot be read as a tokenizer\.json: .*PreTokenizer/,
    ],
    [
      "an expression that is not valid",
      { pre_tokenizer: { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated", invert: false } },
      8,
      /cannot be read as a tokenizer\.json: Oniguruma/,
    ],
    ["no model", { model: undefined }, 8, /cannot be read as a tokenizer\.json: Model missing/],
    [
      "chance",
      { model: { type: "BPE", dropout: 0.1, vocab: { a: 0 }, merges: [] } },
      8,
      /cannot be used: its model\.dropout is 0\.1, which gives a text other ids each time; set it to null\./,
    ],
    [
      "no room for the text",
      { model: bert.model },
      2,
      /maximumTokens of its model\.yaml is 2, but the tokenizer adds 2 special tokens to every text: increase it/,
    ],
  ])("%s", async (_name, change, maximumTokens, message) => {
    const directory = changed(kind("bert-uncased"), change);
    await expect(rows(directory, [input("input_ids", "n")], [], maximumTokens)).rejects.toThrow(message);
  });
});

describe("samples/tokens.json", () => {
  const inputs = [input("input_ids", "n"), input("attention_mask", "n")];
  async function check(tokens: object): Promise<unknown> {
    const directory = changed(join(folder, "wordlevel", "tokenizer.json"), {});
    mkdirSync(join(directory, "samples"));
    writeFileSync(join(directory, "samples", "tokens.json"), JSON.stringify(tokens));
    const preprocess = { kind: "tokenizer", item: "input.txt", tokenizer: "tokenizer.json", maximumTokens: 16 };
    const settings = parseOnnxSettings(
      exampleManifest({ directory, runner: { kind: "onnx", file: "x", preprocess, postprocess: { kind: "tensors" } } }),
    );
    return createPreparations(directory, settings, inputs);
  }

  it("has the ids that a model's tokenizer gives", async () => {
    await expect(check({ "input.txt": [{ text: "the zebra house", ids: [2, 1, 1] }] })).resolves.toBeDefined();
  });

  it.each([
    [
      { "input.txt": [{ text: "the zebra house", ids: [2, 0, 0] }] },
      /the token at position 1 of "the zebra house" is 1, expected 0: .* Its tokens are \[2,1,1\]\.$/,
    ],
    [{ "input.txt": [{ text: "the", ids: [2, 3] }] }, /position 1 of "the" is missing, expected 3/],
    [{ "input.txt": [{ text: "the the", ids: [2] }] }, /position 1 of "the the" is 2, expected none/],
    [{ "other.txt": [] }, /has tokens of "other\.txt"; the tokenizers of its model\.yaml take "input\.txt"\.$/],
    [{ "input.txt": [2, 1] }, /is not valid: expected texts and their token ids by data item/],
  ])("with %j stops the model from loading", async (tokens, message) => {
    await expect(check(tokens)).rejects.toThrow(message);
  });
});

it("a text without tokens fails alone", async () => {
  const directory = changed(kind("bert-uncased"), { post_processor: null });
  await expect(rows(directory, [input("input_ids", "n")], ["\u0001\u0002"])).rejects.toThrow(
    'Data item "input.txt" has no tokens for this model\'s tokenizer.',
  );
});
