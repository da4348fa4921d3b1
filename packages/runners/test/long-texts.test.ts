import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { startEngine } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";

const tests = fileURLToPath(new URL(".", import.meta.url));
const { signal } = new AbortController();

// All fail or succeed alone, in a process that may have no more memory than a small model needs.
it.each(["unigram", "bert-uncased", "llama2", "gpt2", "albert"])(
  "texts of 16 MiB do not end an engine with the tokenizer %s",
  async (kind) => {
    const directory = mkdtempSync(join(tmpdir(), "millrace-long-"));
    chmodSync(directory, 0o755);
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    copyFileSync(join(tests, "text-models", "unigram", "model.onnx"), join(directory, "model.onnx"));
    const own = kind === "unigram" ? join("text-models", kind, "tokenizer.json") : join("tokenizers", `${kind}.json`);
    copyFileSync(join(tests, own), join(directory, "tokenizer.json"));
    const preprocess = { kind: "tokenizer", item: "input.txt", tokenizer: "tokenizer.json", maximumTokens: 128 };
    const runner = { kind: "onnx", file: "model.onnx", preprocess, postprocess: { kind: "tensors" } };
    const manifest = exampleManifest({ directory, runner, memoryBytes: 384 * 2 ** 20 });
    const engine = await startEngine(manifest, { signal, name: "long" });
    onTestFinished(() => engine.close());
    const item = (unit: string, bytes = 2 ** 24) => ({
      "input.txt": Buffer.from(unit.repeat(bytes / Buffer.byteLength(unit))),
    });
    const outcomes = [];
    for (const unit of ["a", "the house ", "这部电影讲述了一个年轻人。", "😀 "])
      outcomes.push(...(await engine.run([item(unit)], { explain: false, signal })));
    for (const outcome of outcomes)
      if (!outcome.succeeded) expect(outcome.error).toMatch(/do not decide its first 128 tokens/);
    expect(outcomes[1]).toMatchObject({ succeeded: true });
    expect(await engine.run([item("the house", 9)], { explain: false, signal })).toMatchObject([{ succeeded: true }]);
  },
);
