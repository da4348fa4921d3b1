import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findDifference } from "../src/check/check-model.js";
import { readManifest, startEngine, type DataItems } from "../src/index.js";
import { chunk, sampleFormats, wavFile } from "./sound/wav-file.js";

const models = fileURLToPath(new URL("../../../models", import.meta.url));
const versions = readdirSync(models, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("model.yaml"))
  .map((file) => join(file, ".."))
  .sort();

interface Prediction {
  readonly class: string;
  readonly score: number;
}
interface Sources {
  readonly input: { readonly sources: Record<string, Record<string, string>> };
}
interface Results {
  readonly results: Record<string, { readonly "results.json": unknown }>;
}

const read = <Body>(version: string, file: string) =>
  JSON.parse(readFileSync(join(models, version, file), "utf8")) as Body;

const decode = (text: string): Uint8Array =>
  text.startsWith("data:") ? Buffer.from(text.slice(text.indexOf(",") + 1), "base64") : Buffer.from(text);

const predictionsOf = (output: unknown) =>
  (output as { data?: { result: { classPredictions: Prediction[] } } }).data?.result.classPredictions;

test("there are bundled models of texts, images, languages, speech, embeddings and rows", () => {
  const folders = new Set(versions.map((version) => version.split("/")[0]));
  for (const folder of [
    "sentiment-analysis",
    "image-classification",
    "language-identification",
    "speech-activity",
    "sentence-embeddings",
    "penguin-species",
  ])
    expect(folders).toContain(folder);
});

test.each(versions)("%s loads, has a card, and returns its sample output for its sample input", async (version) => {
  const manifest = await readManifest(join(models, version));
  expect(version.endsWith(manifest.version)).toBe(true);
  expect(existsSync(join(models, version, "README.md"))).toBe(true);
  const { signal } = new AbortController();
  const engine = await startEngine(manifest, { signal, name: "test" });
  try {
    const { sources } = read<Sources>(version, "samples/input.json").input;
    const expected = read<Results>(version, "samples/output.json").results;
    // As the published notebooks read it.
    expect(Object.keys(sources)[0]).toBe("0001");
    for (const [name, source] of Object.entries(sources)) {
      const items: DataItems = Object.fromEntries(Object.entries(source).map(([item, text]) => [item, decode(text)]));
      const [outcome] = await engine.run([items], { explain: false, signal });
      if (!outcome?.succeeded) throw new Error(outcome?.error ?? "no outcome");
      const output: unknown = JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString());
      const wanted = predictionsOf(expected[name]?.["results.json"]);
      if (wanted === undefined) {
        expect(findDifference(output, expected[name]?.["results.json"])).toBeUndefined();
        continue;
      }
      const found = predictionsOf(output) ?? [];
      expect(found.map((prediction) => prediction.class)).toEqual(wanted.map((prediction) => prediction.class));
      found.forEach(({ score }, index) => expect(score).toBeCloseTo(wanted[index]?.score ?? Number.NaN, 2));
    }
  } finally {
    await engine.close();
  }
});

test("finds the same speech whatever the length of a WAV file's header", async () => {
  const manifest = await readManifest(join(models, "speech-activity/1.0.0"));
  const { signal } = new AbortController();
  const engine = await startEngine(manifest, { signal, name: "test" });
  try {
    const sentence = readFileSync(join(models, "speech-activity/1.0.0/samples/sentence.wav"));
    // The shortest header, of 44 bytes.
    const samples = Float32Array.from(
      new Int16Array(new Uint8Array(sentence.subarray(44)).buffer),
      (one) => one / 32768,
    );
    const list = chunk("LIST", Buffer.from("INFOISFT\x0e\0\0\0Lavf59.27.100\0"));
    const fact = chunk("fact", Buffer.from(Uint32Array.of(samples.length).buffer));
    const batch = [
      wavFile(samples, sampleFormats["16-bit"]),
      wavFile(samples, sampleFormats["32-bit float"], { formatBytes: 18, between: [fact] }),
      wavFile(samples, sampleFormats["32-bit"], { formatBytes: 40, between: [list] }),
      wavFile(samples, sampleFormats["64-bit float"], { formatBytes: 40, between: [fact, list] }),
    ];
    for (const audio of batch) {
      const [outcome] = await engine.run([{ audio: Buffer.from(audio) }], { explain: false, signal });
      if (!outcome?.succeeded) throw new Error(outcome?.error);
      expect(JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString())).toMatchObject({
        data: { result: { segments: [{ start: 0.256, end: 2.816 }], speechSeconds: 2.56, durationSeconds: 2.99 } },
      });
    }
  } finally {
    await engine.close();
  }
});

test("finds speech at the same position in every audio format", async () => {
  const recordings = fileURLToPath(new URL("./recordings", import.meta.url));
  const manifest = await readManifest(join(models, "speech-activity/1.0.0"));
  const { signal } = new AbortController();
  const engine = await startEngine(manifest, { signal, name: "test" });
  try {
    const files = readdirSync(recordings);
    expect(files).toHaveLength(4);
    for (const file of files) {
      const [outcome] = await engine.run([{ audio: readFileSync(join(recordings, file)) }], { explain: false, signal });
      if (!outcome?.succeeded) throw new Error(`${file}: ${outcome?.error}`);
      expect(JSON.parse(Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString()), file).toMatchObject({
        data: { result: { segments: [{ start: 0.256, end: 2.816 }] } },
      });
    }
  } finally {
    await engine.close();
  }
});

test("similar sentences have similar vectors, which do not depend on the batch", async () => {
  const manifest = await readManifest(join(models, "sentence-embeddings/1.0.0"));
  const { signal } = new AbortController();
  const engine = await startEngine(manifest, { signal, name: "test" });
  const texts = [
    "How do I get my money back?",
    "What is your refund policy?",
    "The cat sleeps on the warm stove in the evening.",
  ];
  const embed = async (batch: string[]) =>
    (
      await engine.run(
        batch.map((text) => ({ "input.txt": Buffer.from(text) })),
        { explain: false, signal },
      )
    ).map((outcome) => {
      if (!outcome.succeeded) throw new Error(outcome.error);
      const text = Buffer.from(outcome.outputs["results.json"]?.bytes ?? []).toString();
      return (JSON.parse(text) as { data: { result: { embedding: number[] } } }).data.result.embedding;
    });
  const cosine = (a: number[] = [], b: number[] = []) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  try {
    const [question, policy, cat] = await embed(texts);
    expect(question).toHaveLength(384);
    expect(cosine(question, question)).toBeCloseTo(1, 6);
    expect(cosine(question, policy)).toBeGreaterThan(0.5);
    expect(cosine(question, cat)).toBeLessThan(0.2);
    const [alone] = await embed(texts.slice(1, 2));
    expect(cosine(policy, alone)).toBeCloseTo(1, 4);
  } finally {
    await engine.close();
  }
});

test.each(versions)("%s fails an input with an empty, missing or nonsensical data item", async (version) => {
  const manifest = await readManifest(join(models, version));
  if (manifest.resultsFormat !== "classification") return;
  const { signal } = new AbortController();
  const engine = await startEngine(manifest, { signal, name: "test" });
  const item = manifest.inputs[0]?.name ?? "";
  try {
    const batch: DataItems[] = [
      { "another.bin": new Uint8Array([1]) },
      { [item]: new Uint8Array(0) },
      { [item]: new Uint8Array([0xff, 0xfe, 0x00, 0x80, 0xc3]) },
    ];
    const outcomes = await engine.run(batch, { explain: false, signal });
    expect(outcomes).toHaveLength(batch.length);
    expect(outcomes[0]).toMatchObject({ error: expect.stringMatching(/is missing; this input has "another\.bin"/) });
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ succeeded: false, error: expect.stringContaining(JSON.stringify(item)) });
  } finally {
    await engine.close();
  }
});
