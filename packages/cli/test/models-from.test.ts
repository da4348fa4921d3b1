import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startTestServer, type TestServer } from "../../server/test/support/test-server.js";
import { runCommand, runShell } from "./run-command.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const sentiment = join(root, "models/sentiment-analysis/1.0.1/weights");
const scikitLearn = join(root, "packages/runners/test/onnx-models");
const exports = join(root, "packages/cli/test/exports");

const textConfig = {
  _name_or_path: "me/my-sentiment",
  architectures: ["BertForSequenceClassification"],
  model_type: "bert",
  id2label: { 0: "negative", 1: "neutral", 2: "positive" },
  max_position_embeddings: 512,
  pad_token_id: 0,
};
const pictureConfig = {
  architectures: ["ViTForImageClassification"],
  id2label: { 0: "red", 1: "green", 2: "blue" },
};
const pictureSettings = {
  do_resize: true,
  size: { height: 32, width: 32 },
  resample: 2,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

let server: TestServer;
let directory: string;
let env: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer();
  directory = await mkdtemp(join(tmpdir(), "millrace-models-from-"));
  env = { MILLRACE_URL: server.url, MILLRACE_API_KEY: server.apiKey, NO_COLOR: "1" };
});
afterAll(async () => {
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

const run = (...parameters: string[]) => runCommand(parameters, { env, cwd: directory });
let folders = 0;

/** Writes a folder: objects as JSON, texts that are paths as copies of these files. */
async function exported(
  files: Readonly<Record<string, object | string>>,
  name = `export-${++folders}`,
): Promise<string> {
  for (const [file, content] of Object.entries(files)) {
    const target = join(directory, name, file);
    await mkdir(dirname(target), { recursive: true });
    if (typeof content === "string") await copyFile(content, target);
    else await writeFile(target, JSON.stringify(content));
  }
  return name;
}

const textFiles = {
  "config.json": textConfig,
  "tokenizer.json": join(sentiment, "tokenizer.json"),
  "tokenizer_config.json": { model_max_length: 128, pad_token: "[PAD]" },
  "onnx/model.onnx": join(sentiment, "model.onnx"),
};
const statesFiles = {
  "config.json": { architectures: ["BertModel"], max_position_embeddings: 64 },
  "tokenizer.json": join(sentiment, "tokenizer.json"),
  "model.onnx": join(exports, "states.onnx"),
};
const pictureFiles = {
  "config.json": pictureConfig,
  "preprocessor_config.json": pictureSettings,
  "model.onnx": join(exports, "picture.onnx"),
};

async function manifestOf(folder: string): Promise<Record<string, never>> {
  return parse(await readFile(join(directory, folder, "model.yaml"), "utf8")) as Record<string, never>;
}

async function expectedOf(folder: string): Promise<unknown> {
  const text = await readFile(join(directory, folder, "samples/output.json"), "utf8");
  return (JSON.parse(text) as { results: Record<string, Record<string, unknown>> }).results["my-input"]?.[
    "results.json"
  ];
}

/** Explains a deployed model's answer to an input; its sample when not given. */
async function explain(folder: string, value?: string): Promise<string> {
  const { input } = JSON.parse(await readFile(join(directory, folder, "samples/input.json"), "utf8")) as {
    input: { type: string; sources: Record<string, Record<string, string>> };
  };
  const [item = ""] = Object.keys(input.sources["my-input"] ?? {});
  if (value !== undefined) input.sources["my-input"] = { [item]: value };
  const { identifier } = await manifestOf(folder);
  const { jobIdentifier } = await server.submit({ model: { identifier, version: "1.0.0" }, input, explain: true });
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ completed: 1, failed: 0 });
  return (await run("jobs", "explain", jobIdentifier)).output;
}

async function deploy(folder: string): Promise<void> {
  expect(await run("models", "test", folder)).toMatchObject({ code: 0 });
  expect(await run("models", "deploy", folder)).toMatchObject({ code: 0 });
}

describe("millrace models init --from", () => {
  it("a Hugging Face text classifier becomes a model with explained results, as docs/models.md says", async () => {
    await exported(textFiles, "my-export");
    const page = await readFile(join(root, "docs/models.md"), "utf8");
    const [, commands = ""] = /### Hugging Face[^]*?```sh\n([^`]*)```/.exec(page) ?? [];
    expect(commands).toContain("--from my-export");
    const { code, output, errors } = await runShell(`npx() { "$@"; }\nset -e\n${commands}`, { env, cwd: directory });
    expect([code, errors]).toEqual([0, expect.stringContaining("✓ compare the outputs")]);
    expect(output).toContain('Labels: "negative", "neutral", "positive", from id2label of config.json');
    expect(output).toContain("Length: texts are cut to 128 tokens, from model_max_length of tokenizer_config.json.");
    expect(output).toContain("Weights: onnx/model.onnx.");
    expect(await expectedOf("my-sentiment")).toMatchObject({
      data: { result: { classPredictions: [{ class: "positive", score: expect.closeTo(0.97, 1) }, {}, {}] } },
    });
    expect(await explain("my-sentiment")).toMatch(/wonderful.*for positive by kernel-shap/s);
  });

  it("a snapshot in Hugging Face's cache, whose files are links, becomes a model", async () => {
    const snapshot = join(directory, "models--me--tiny/snapshots/1a2b");
    await mkdir(join(directory, "models--me--tiny/blobs"), { recursive: true });
    await mkdir(snapshot, { recursive: true });
    for (const [name, content] of Object.entries(pictureFiles)) {
      const blob = join(directory, "models--me--tiny/blobs", name);
      if (typeof content === "string") await copyFile(content, blob);
      else await writeFile(blob, JSON.stringify(content));
      await symlink(`../../blobs/${name}`, join(snapshot, name));
    }
    expect(await run("models", "init", "--from", snapshot, "from-cache")).toMatchObject({ code: 0 });
  });

  it("an image classifier gets its size and numbers from preprocessor_config.json, and explained results", async () => {
    const from = await exported(pictureFiles);
    const { output } = await run("models", "init", "--from", from, "picture");
    expect(output).toContain("Images: 32 by 32 pixels, the whole picture stretched");
    expect(output).toContain("resample 2");
    expect((await manifestOf("picture"))["runner"]).toMatchObject({
      preprocess: { kind: "image", resize: { fit: "fill" }, mean: [0.5, 0.5, 0.5], layout: "nchw" },
    });
    await deploy("picture");
    expect(await explain("picture")).toMatch(/for (red|green|blue) by rise/);
  });

  it.each([
    [{ do_center_crop: true, size: { shortest_edge: 40 }, crop_size: { height: 32, width: 32 } }, { shortestSide: 40 }],
    [{ size: { shortest_edge: 32 }, crop_pct: 0.875 }, { shortestSide: 36 }],
    [{ size: 32 }, { fit: "fill" }],
  ])("the sizes %j become %j", async (sizes, resize) => {
    const from = await exported({ ...pictureFiles, "preprocessor_config.json": { ...pictureSettings, ...sizes } });
    expect(await run("models", "init", "--from", from, `${from}-model`)).toMatchObject({ code: 0 });
    expect((await manifestOf(`${from}-model`))["runner"]).toMatchObject({
      preprocess: { resize, crop: { width: 32, height: 32 } },
    });
  });

  it("more labels than model.yaml shows well are in labels.txt", async () => {
    const labels = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at, `class ${at}`]));
    const from = await exported({
      ...pictureFiles,
      "config.json": { ...pictureConfig, id2label: labels },
      "preprocessor_config.json": { ...pictureSettings, size: 40 },
      "model.onnx": join(exports, "forty.onnx"),
    });
    expect((await run("models", "init", "--from", from, "forty")).output).toContain('"class 4" and 35 more');
    expect(await readFile(join(directory, "forty/labels.txt"), "utf8")).toMatch(/^class 0\nclass 1\n.*class 39\n$/s);
  });

  it("a model of several labels at once scores each by itself", async () => {
    const from = await exported({
      ...textFiles,
      "config.json": { ...textConfig, problem_type: "multi_label_classification" },
    });
    expect((await run("models", "init", "--from", from, "several")).output).toContain("scores by sigmoid");
  });

  it("sentence embeddings are pooled as 1_Pooling/config.json says, with weights in files of their own", async () => {
    const from = await exported({
      ...statesFiles,
      "model.onnx": join(exports, "states-apart.onnx"),
      "weights.bin": join(exports, "weights.bin"),
      "1_Pooling/config.json": { word_embedding_dimension: 2, pooling_mode_cls_token: true },
      "modules.json": [{ type: "sentence_transformers.models.Normalize" }],
      "sentence_bert_config.json": { max_seq_length: 32 },
    });
    const { output } = await run("models", "init", "--from", from, "embeddings");
    expect(output).toContain("Pooling: pooling_mode_cls_token of 1_Pooling/config.json, scaled to length 1.");
    expect(output).toContain("cut to 32 tokens");
    expect(JSON.stringify(await expectedOf("embeddings"))).toMatch(/0\.6\d*,0\.8/);
  });

  it.each(["sklearn-maps", "sklearn-tensors", "sklearn-double", "sklearn-columns"])(
    "scikit-learn's %s.onnx becomes a model of rows",
    async (name) => {
      const { code, output } = await run("models", "init", "--from", join(scikitLearn, `${name}.onnx`), name);
      const labels = name === "sklearn-columns" ? ["large", "small"] : ["0", "1", "2"];
      expect([code, output]).toEqual([0, expect.stringContaining(labels.map((one) => JSON.stringify(one)).join(", "))]);
      expect((await manifestOf(name))["runner"]).toMatchObject({ postprocess: { labels, activation: "none" } });
      expect(await expectedOf(name)).toMatchObject({
        data: { result: { classPredictions: labels.map(() => ({ class: expect.any(String) as string })) } },
      });
    },
    120_000,
  );

  it("an MLflow folder becomes a model whose columns its signature names", async () => {
    const from = await exported({
      MLmodel: {
        flavors: { onnx: { data: "model.onnx" }, python_function: { loader_module: "mlflow.onnx" } },
        signature: { inputs: JSON.stringify(["a", "b", "c", "d"].map((name) => ({ type: "double", name }))) },
      },
      "model.onnx": join(scikitLearn, "sklearn-tensors.onnx"),
    });
    const { output } = await run("models", "init", "--from", from, "mlflow");
    expect(output).toContain('Columns: "a", "b", "c", "d", from the signature in MLmodel.');
    expect((await manifestOf("mlflow"))["runner"]).toMatchObject({
      preprocess: { columns: [{ name: "a" }, {}, {}, {}] },
    });
  });

  it("rows with numbers and texts are explained", async () => {
    await run("models", "init", "--from", join(scikitLearn, "sklearn-columns.onnx"), "columns");
    await deploy("columns");
    expect(await explain("columns", '{"size": 3, "colour": "red"}')).toMatch(/colour = "red".*by kernel-shap/s);
  });
});

describe("millrace models init --from refuses, naming the file and the key:", () => {
  const outside = { "../secret.bin": {} };
  it.each<[string, Readonly<Record<string, object | string>>, RegExp]>([
    ["no config.json", { "model.onnx": join(exports, "states.onnx") }, /config\.json does not exist/],
    ["no ONNX file", { "config.json": textConfig }, /has neither model\.onnx nor onnx\/model\.onnx/],
    [
      "no tokenizer",
      { "config.json": textConfig, "model.onnx": join(exports, "states.onnx") },
      /tokenizer\.json does not exist/,
    ],
    [
      "no picture settings",
      { ...pictureFiles, "preprocessor_config.json": join(exports, "make.py") },
      /preprocessor_config\.json is not valid JSON/,
    ],
    [
      "labels with a gap",
      { ...pictureFiles, "config.json": { id2label: { 0: "a", 2: "b" } } },
      /config\.json: id2label has no label for 1/,
    ],
    [
      "labels of another number",
      { ...pictureFiles, "config.json": { id2label: { 0: "a", 1: "b" } } },
      /id2label has 2 labels, but the model gives 3 scores/,
    ],
    [
      "labels twice",
      { ...pictureFiles, "config.json": { id2label: { 0: "a", 1: "a", 2: "b" } } },
      /id2label has "a" twice/,
    ],
    ["labels that are none", { ...pictureFiles, "config.json": { id2label: "a" } }, /id2label is not valid/],
    [
      "another task",
      { ...pictureFiles, "config.json": { ...pictureConfig, architectures: ["ViTForObjectDetection"] } },
      /architectures is "ViTForObjectDetection"/,
    ],
    [
      "a length that is no number",
      { ...statesFiles, "config.json": { max_position_embeddings: "many" } },
      /config\.json: max_position_embeddings is not valid: found "many"/,
    ],
    [
      "a size that is none",
      { ...pictureFiles, "preprocessor_config.json": { ...pictureSettings, size: { height: -1 } } },
      /preprocessor_config\.json: size is not valid/,
    ],
    [
      "a mean of two colours",
      { ...pictureFiles, "preprocessor_config.json": { ...pictureSettings, image_mean: [0, 1] } },
      /image_mean is not valid: found \[0,1\], expected 3 numbers/,
    ],
    [
      "an unknown pooling",
      { ...statesFiles, "1_Pooling/config.json": { pooling_mode_max_tokens: true } },
      /1_Pooling\/config\.json: pooling_mode_max_tokens is true/,
    ],
    [
      "another flavor of MLflow",
      { MLmodel: { flavors: { sklearn: {} } } },
      /MLmodel: flavors\.onnx\.data is missing \(flavors has sklearn\)/,
    ],
    [
      "MLflow data outside the folder",
      { MLmodel: { flavors: { onnx: { data: "../model.onnx" } } } },
      /"\.\.\/model\.onnx" is outside the folder/,
    ],
    [
      "no ONNX model",
      { ...pictureFiles, "model.onnx": join(exports, "make.py") },
      /model\.onnx is not a readable ONNX model/,
    ],
    [
      "weights outside the folder",
      { ...statesFiles, "model.onnx": join(exports, "states-outside.onnx"), ...outside },
      /its weights are in "\.\.\/\.\.\/secret\.bin"; expected a file beside it/,
    ],
    [
      "missing weights",
      { ...statesFiles, "model.onnx": join(exports, "states-apart.onnx") },
      /weights\.bin does not exist/,
    ],
  ])("%s", async (_, files, sentence) => {
    const from = await exported(files);
    const { code, errors } = await run("models", "init", "--from", from, `${from}-model`);
    expect([code, errors]).toEqual([2, expect.stringMatching(sentence)]);
    expect(errors).not.toMatch(/\n\s+at /);
  });

  it("a link to outside the folder, and what is no file", async () => {
    const { "config.json": config, ...rest } = pictureFiles;
    const link = await exported(rest);
    await writeFile(join(directory, "elsewhere.json"), JSON.stringify(config));
    await symlink("../elsewhere.json", join(directory, link, "config.json"));
    expect((await run("models", "init", "--from", link, "linked")).errors).toMatch(
      /config\.json is a link to .*outside the folder/,
    );
    const pipe = await exported(rest);
    execFileSync("mkfifo", [join(directory, pipe, "config.json")]);
    expect((await run("models", "init", "--from", pipe, "piped")).errors).toMatch(/config\.json is not a file/);
  });

  it("arguments that do not go together", async () => {
    for (const [parameters, sentence] of [
      [["guess", "folder"], /guess is no kind of model; expected module, onnx, python/],
      [["module"], /A folder is required/],
      [["--from", "nowhere", "folder"], /nowhere does not exist/],
      [["--from", exports, "a", "b"], /the folder is the only argument/],
      [["--from", join(exports, "make.py"), "folder"], /is not an ONNX file/],
      [
        ["--from", join(scikitLearn, "detector.onnx"), "folder"],
        /its input .* expected numbers or strings of the shape/,
      ],
      [
        ["--from", join(exports, "states-apart.onnx"), "folder"],
        /has its weights in "weights\.bin": save it as one file/,
      ],
      [["--from", join(scikitLearn, "sklearn-maps.onnx"), "."], /is not empty/],
    ] as const)
      expect(await run("models", "init", ...parameters)).toMatchObject({
        code: 2,
        errors: expect.stringMatching(sentence) as string,
      });
  });
});
