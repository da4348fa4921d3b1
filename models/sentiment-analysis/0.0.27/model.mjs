import { readFile } from "node:fs/promises";
import { join } from "node:path";

const dataItem = "input.txt";
const classes = ["negative", "neutral", "positive"];
// Words with their apostrophes, emoticons, exclamation and question marks; the same as in build/linear_features.py.
const token = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)?|[:;=]-?[()[\]dp/\\|]|<3|[!?]/gu;

/** TF-IDF over words and pairs of words, and a logistic regression for three classes. */
export async function load({ directory }) {
  const weights = await readWeights(join(directory, "weights"));
  const decoder = new TextDecoder("utf-8", { fatal: true });

  const answer = (items) => {
    const text = readText(items, decoder);
    if (text instanceof Error) return text;
    const classPredictions = probabilities(text, weights)
      .map((score, index) => ({ class: classes[index], score }))
      .sort((a, b) => b.score - a.score);
    return { "results.json": { data: { result: { classPredictions }, explanation: null, drift: null } } };
  };

  return { run: async (batch) => batch.map(answer) };
}

async function readWeights(folder) {
  const [first, ...lines] = (await readFile(join(folder, "terms.txt"), "utf8")).trimEnd().split("\n");
  const textCount = Number(first);
  const terms = new Map();
  const inverseFrequencies = new Float64Array(lines.length);
  lines.forEach((line, index) => {
    const [term, count] = line.split("\t");
    terms.set(term, index);
    inverseFrequencies[index] = Math.log((1 + textCount) / (1 + Number(count))) + 1;
  });
  const bytes = await readFile(join(folder, "coefficients.f32"));
  const expectedBytes = 4 * classes.length * (lines.length + 1);
  if (bytes.byteLength !== expectedBytes)
    throw new Error(
      `weights/coefficients.f32 has ${bytes.byteLength} bytes; ${lines.length} terms and ${classes.length} classes need ${expectedBytes}.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const coefficients = Float32Array.from({ length: bytes.byteLength / 4 }, (_, index) =>
    view.getFloat32(4 * index, true),
  );
  return { terms, inverseFrequencies, coefficients };
}

function readText(items, decoder) {
  const bytes = items[dataItem];
  if (bytes === undefined) {
    const found =
      Object.keys(items)
        .map((name) => JSON.stringify(name))
        .join(", ") || "none";
    return new Error(`Data item "${dataItem}" is missing; this input has ${found}.`);
  }
  if (bytes.byteLength === 0) return new Error(`Data item "${dataItem}" is empty; a text in UTF-8 was expected.`);
  try {
    const text = decoder.decode(bytes);
    if (text.trim() !== "") return text;
    return new Error(`Data item "${dataItem}" has only white space; a text in UTF-8 was expected.`);
  } catch {
    return new Error(`Data item "${dataItem}" is not UTF-8 text: convert it first.`);
  }
}

function probabilities(text, { terms, inverseFrequencies, coefficients }) {
  const counts = new Map();
  const count = (term) => {
    const index = terms.get(term);
    if (index !== undefined) counts.set(index, (counts.get(index) ?? 0) + 1);
  };
  const words = text.replaceAll("\u2019", "'").toLowerCase().match(token) ?? [];
  words.forEach((word, place) => {
    count(word);
    if (place > 0) count(`${words[place - 1]} ${word}`);
  });

  const values = Array.from(counts, ([index, times]) => [index, (1 + Math.log(times)) * inverseFrequencies[index]]);
  const length = Math.sqrt(values.reduce((sum, [, value]) => sum + value * value, 0)) || 1;
  const logits = classes.map((_, row) =>
    values.reduce(
      (sum, [index, value]) => sum + (value / length) * coefficients[row * terms.size + index],
      coefficients[classes.length * terms.size + row],
    ),
  );
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
