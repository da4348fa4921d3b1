import { getLIDModel } from "fasttext.wasm.js";

const dataItem = "input.txt";
const top = 5;

/** fastText's lid.176: 176 languages, told by character n-grams. A class is the ISO 639-1 code, or 639-3 where there is none. */
export async function load() {
  const model = await getLIDModel();
  await model.load();
  const decoder = new TextDecoder("utf-8", { fatal: true });

  const answer = async (items) => {
    let text;
    try {
      text = decoder.decode(items[dataItem]);
    } catch {
      return new Error(`Data item "${dataItem}" is not UTF-8 text: convert it first.`);
    }
    // The model reads one line.
    const line = text.replace(/\s+/g, " ").trim();
    if (!/\p{L}/u.test(line)) return new Error(`Data item "${dataItem}" has no letters, so it has no language.`);
    const languages = await model.identify(line, top);
    const classPredictions = languages.map(({ alpha2, alpha3, refName, possibility }) => ({
      class: alpha2 ?? alpha3,
      score: Math.min(possibility, 1),
      name: refName,
    }));
    return { "results.json": { data: { result: { classPredictions }, explanation: null, drift: null } } };
  };

  return { run: (batch) => Promise.all(batch.map(answer)) };
}
