import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkModel, readManifest } from "@millrace/runners";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGrpcServer } from "../../runners/test/model-servers/grpc-server.mjs";
import { startHttpServer } from "../../runners/test/model-servers/http-server.mjs";
import { startOpenAiServer } from "../../runners/test/model-servers/openai-server.mjs";
import { startV2Server } from "../../runners/test/model-servers/v2-server.mjs";
import { startTestServer, type TestServer } from "../../server/test/support/test-server.js";
import { hasPython } from "./python.js";

// docs/models.md, done as it says.

const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));
const templates = fileURLToPath(new URL("../templates", import.meta.url));
const page = await readFile(new URL("../../../docs/models.md", import.meta.url), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);
const yamlBlocks = blocks("yaml");

/** What a model.yaml has besides the block of the page. */
const rest = (item: string, type: string) => `version: 1.0.0
type: grpc
name: Example
description: { summary: An example. }
inputs: { ${item}: { acceptedMediaTypes: ["*/*"], maxSize: 1M } }
outputs: { results.json: { mediaType: ${type}, maxSize: 100K } }
resources: { memory: { size: 256M }, cpu: { count: 1 } }
timeout: { status: 5m, run: 5m }
`;

describe("the page about models", () => {
  let directory: string;
  let server: TestServer;
  let folders = 0;
  const closers: (() => unknown)[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-page-"));
    server = await startTestServer();
    closers.push(() => server.close());
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    await rm(directory, { recursive: true, force: true });
  });

  /** A model of one block of the page, with the files of a template. */
  const modelOf = async (block: string, item = "input.txt", template?: string, sample = "Really?") => {
    const folder = join(directory, String((folders += 1)));
    await mkdir(join(folder, "samples"), { recursive: true });
    if (template !== undefined) await cp(join(templates, template), folder, { recursive: true });
    const identifier = block.includes("identifier:") ? "" : "identifier: abcdefghij\n";
    await writeFile(join(folder, "model.yaml"), identifier + rest(item, "application/json") + block);
    const submission = { input: { type: "text", sources: { a: { [item]: sample } } } };
    await writeFile(join(folder, "samples/input.json"), JSON.stringify(submission));
    await rm(join(folder, "samples/output.json"), { force: true });
    return folder;
  };
  const blockOf = (kind: string) => {
    const found = yamlBlocks.find((block) => new RegExp(`kind: ${kind}\\b`).test(block));
    if (found === undefined) throw new Error(`The page has no block of kind ${kind}.`);
    return found;
  };
  const check = async (folder: string) =>
    (await checkModel(folder, { signal: new AbortController().signal })).answers["a"]?.["results.json"];

  it.each(yamlBlocks)("has a valid YAML block: %j", async (block) => {
    const template = ["onnx", "module"].find((kind) => block.includes(`kind: ${kind}`));
    const { runner } = await readManifest(await modelOf(block, "input.txt", template));
    expect(runner.kind).toMatch(/^[a-z-]+$/);
  });

  it("runs a module", async () => {
    expect(await check(await modelOf(blockOf("module"), "input.txt", "module"))).toHaveProperty("data.result");
  });

  it.skipIf(!hasPython)("runs a program", async () => {
    expect(await check(await modelOf(blockOf("process"), "input.txt", "python"))).toHaveProperty("data.result");
  });

  it("connects to servers that are already running", async () => {
    const grpc = await startGrpcServer();
    closers.push(grpc.close);
    const block = blockOf("grpc-container").replace("10.0.0.7:45000", grpc.address);
    expect(await check(await modelOf(block, "input"))).toMatchObject({ data: { result: { sizeBytes: 7 } } });

    const http = await startHttpServer();
    closers.push(http.close);
    const same = block.replace("grpc-container", "http-container").replace(grpc.address, http.address);
    expect(await check(await modelOf(same, "input"))).toBeDefined();

    const v2 = await startV2Server();
    closers.push(v2.close);
    const tensors = blockOf("open-inference").replace("http://10.0.0.7:8000", v2.address);
    expect(await check(await modelOf(tensors, "numbers.json", undefined, "[1, 2, 3]"))).toHaveProperty("data.result");

    const openai = await startOpenAiServer({ reply: () => '{"label":"good"}' });
    closers.push(openai.close);
    const chat = blockOf("openai").replace("http://10.0.0.7:8000/v1", openai.address);
    expect(await check(await modelOf(chat))).toMatchObject({
      data: { result: { label: "good" } },
      finishReason: "stop",
    });
  });

  it.each(["onnx", "module", ...(hasPython ? ["python"] : [])])(
    "has commands that work for a %s model",
    async (kind) => {
      const cwd = join(directory, kind);
      await mkdir(cwd);
      const env = { PATH: process.env["PATH"], MILLRACE_URL: server.url, MILLRACE_API_KEY: server.apiKey };
      const [commands = ""] = blocks("sh");
      for (const line of commands.trim().split("\n")) {
        const [, parameters = ""] = /^npx millrace (.*?)\s*(?:#.*)?$/.exec(line) ?? [];
        const words = parameters.replace("init onnx", `init ${kind}`).split(" ");
        const { code, errors } = await new Promise<{ code: number | null; errors: string }>((resolve) => {
          const child = execFile(process.execPath, [command, ...words], { cwd, env }, (_error, _output, stderr) =>
            resolve({ code: child.exitCode, errors: stderr }),
          );
        });
        expect([line, code, errors]).toEqual([line, 0, errors]);
      }
    },
  );
});
