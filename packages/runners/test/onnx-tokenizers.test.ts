import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { Tokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { createTextEncoder } from "../src/tokens/encode-text.js";
import { readTokenizer } from "../src/tokens/read-tokenizer.js";
import type { TokenizerJson } from "../src/tokens/tokenizer-json.js";

const folder = fileURLToPath(new URL("tokenizers", import.meta.url));
const read = <Content>(file: string) => JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as Content;

interface Expected {
  readonly ids: readonly number[][];
  readonly cut: readonly number[][];
  /** Empty where all are 0. */
  readonly cutTypeIds: readonly number[][];
}
const texts = read<string[]>("texts.json");
const expected = read<Record<string, Expected>>("expected.json");
const kinds = Object.keys(expected);

const load = (kind: string, maximumTokens: number) =>
  readTokenizer(`${folder}/${kind}.json`, "runner.preprocess", maximumTokens);

it("every tokenizer of the folder has expected ids", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  expect(files.sort()).toEqual([...kinds.map((kind) => `${kind}.json`), "expected.json", "texts.json"].sort());
});

describe.each(kinds)("%s", (kind) => {
  it("gives the ids of Hugging Face's Python package", async () => {
    const { encode } = await load(kind, 10_000);
    for (const [at, text] of texts.entries())
      expect((await encode(text, "x")).ids, text).toEqual(expected[kind]?.ids[at]);
  });

  it("cuts as it does, and keeps what the post-processor adds", async () => {
    const { encode } = await load(kind, 8);
    for (const [at, text] of texts.entries()) {
      const { ids, typeIds } = await encode(text, "x");
      expect(ids, text).toEqual(expected[kind]?.cut[at]);
      expect(typeIds.some(Boolean) ? typeIds : []).toEqual(expected[kind]?.cutTypeIds[at]);
    }
  });

  it("gives a long text the same ids, whether it reads all of it or its start", async () => {
    const json = readFileSync(`${folder}/${kind}.json`, "utf8");
    const [cut, whole] = [encoderOf(json, 0), encoderOf(json, Number.POSITIVE_INFINITY)];
    await fc.assert(
      fc.asyncProperty(longText, async (text) => {
        expect((await cut(text, "x")).ids).toEqual((await whole(text, "x")).ids);
      }),
      { numRuns: 5 },
    );
  });
});

// One long word in which tokens far back depend on how it ends: "aaaa" may be "aaa", "a" or "a", "aaa".
it.each(["Unigram", "BPE"])("%s with any vocabulary gives a long word the same ids", async (type) => {
  await fc.assert(
    fc.asyncProperty(type === "BPE" ? merges : scores, longWord, async (model, text) => {
      const json = JSON.stringify({ version: "1.0", added_tokens: [], model: { type, ...model } });
      const [cut, whole] = [encoderOf(json, 0), encoderOf(json, Number.POSITIVE_INFINITY)];
      expect((await cut(text, "x")).ids).toEqual((await whole(text, "x")).ids);
    }),
    { numRuns: 250 },
  );
});

function encoderOf(json: string, wholeLength: number) {
  const tokenizer = Tokenizer.fromString(json);
  tokenizer.disableTruncation();
  tokenizer.disablePadding();
  return createTextEncoder(tokenizer, JSON.parse(json) as TokenizerJson, {
    maximumTokens: 16,
    addedTokens: 0,
    wholeLength,
  });
}

const letter = fc.constantFrom("a", "b", "c");
const scores = fc
  .uniqueArray(fc.tuple(fc.string({ unit: letter, minLength: 1, maxLength: 7 }), fc.integer({ min: -10, max: -1 })), {
    minLength: 3,
    maxLength: 14,
    selector: ([token]) => token,
  })
  .map((vocab) => ({ unk_id: 0, vocab: [["<unk>", 0], ...vocab] }));
const merges = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 3, maxLength: 14 }).map((pairs) => {
  const tokens = ["a", "b", "c"];
  const made = pairs.flatMap(([first, second]) => {
    const [left, right] = [first, second].map((at) => tokens[at % tokens.length] ?? "") as [string, string];
    if (left.length + right.length > 12) return [];
    if (!tokens.includes(left + right)) tokens.push(left + right);
    return [`${left} ${right}`];
  });
  return { vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges: [...new Set(made)] };
});
const longWord = fc
  .array(
    fc
      .tuple(fc.string({ unit: letter, minLength: 1, maxLength: 3 }), fc.constantFrom(1, 2, 7, 900, 2_000))
      .map(([unit, times]) => unit.repeat(times)),
    { minLength: 1, maxLength: 8 },
  )
  .map((runs) => runs.join("").padEnd(1_500, "ab"));

/** Pieces that are hard to cut: marks, emoji, white space, special tokens, and runs without an end. */
const pieces = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom(
        "a",
        "ab",
        "abc",
        " ",
        "\n",
        "0",
        "e\u0301",
        "\u0301",
        "\u4e2d",
        "\u{1f1e9}",
        "<mask>",
        "A",
        "=",
        "\u00e4",
        "ACG",
        "|",
      ),
      fc.integer({ min: 1, max: 3_000 }),
    )
    .map(([unit, times]) => unit.repeat(times)),
);
const longText = fc
  .tuple(
    fc.array(pieces, { minLength: 1, maxLength: 30 }),
    fc.constantFrom("", " ", "\n"),
    fc.integer({ min: 1, max: 40 }),
  )
  .map(([all, separator, times]) => all.join(separator).repeat(times).slice(0, 16_000));
