import { getLIDModel } from "fasttext.wasm.js";

const dataItem = "input.txt";
const top = 5;

// The library folds these labels of the model into a neighbour or gives them no two-letter code.
const ownNames = {
  nn: { code: "nn", name: "Norwegian Nynorsk" },
  ku: { code: "ku", name: "Kurdish" },
  ckb: { code: "ckb", name: "Central Kurdish" },
  or: { code: "or", name: "Odia" },
};

/** fastText's lid.176: 176 languages, told by character n-grams. A class is the ISO 639-1 code, or 639-3 where there is none. */
export async function load() {
  const library = await getLIDModel();
  const model = await library.load();
  const decoder = new TextDecoder("utf-8", { fatal: true });

  const answer = (items) => {
    const bytes = items[dataItem];
    if (bytes === undefined) {
      const found = Object.keys(items).map((name) => JSON.stringify(name));
      return new Error(`Data item "${dataItem}" is missing; this input has ${found.join(", ") || "none"}.`);
    }
    if (bytes.byteLength === 0) return new Error(`Data item "${dataItem}" is empty.`);
    let text;
    try {
      text = decoder.decode(bytes);
    } catch {
      return new Error(`Data item "${dataItem}" is not UTF-8 text: convert it first.`);
    }
    // The model reads one line.
    const line = text.replace(/\s+/g, " ").trim();
    if (!/\p{L}/u.test(line)) return new Error(`Data item "${dataItem}" has no letters, so it has no language.`);
    return {
      "results.json": { data: { result: { classPredictions: predict(line) }, explanation: null, drift: null } },
    };
  };

  const predict = (line) => {
    const predictions = model.predict(line, top, 0);
    try {
      return Array.from({ length: predictions.size() }, (_, index) => {
        const [probability, label] = predictions.get(index);
        const { code, name } = nameLanguage(library, label.replace("__label__", ""));
        return { class: code, score: Math.min(probability, 1), name };
      });
    } finally {
      // It lives in the memory of the WebAssembly, which no garbage collector sees.
      predictions.delete();
    }
  };

  return { run: (batch) => batch.map(answer) };
}

function nameLanguage(library, label) {
  if (Object.hasOwn(ownNames, label)) return ownNames[label];
  const { alpha2, alpha3, refName } = library.constructor.normalizeIdentifyLang(label);
  return { code: alpha2 ?? alpha3, name: refName };
}
