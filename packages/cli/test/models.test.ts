import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../server/test/support/test-server.js";
import { hasPython } from "./python.js";

const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));
const kinds = ["module", "onnx", ...(hasPython ? ["python"] : [])];

describe("millrace models", () => {
  let server: TestServer;
  let directory: string;
  beforeAll(async () => {
    server = await startTestServer();
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-models-"));
  });
  afterAll(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (...parameters: string[]) =>
    new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
      const env = {
        PATH: process.env["PATH"],
        MILLRACE_URL: server.url,
        MILLRACE_API_KEY: server.apiKey,
        NO_COLOR: "1",
      };
      const child = execFile(
        process.execPath,
        [command, ...parameters],
        { env, timeout: 300_000 },
        (_, output, errors) => resolve({ code: child.exitCode, output, errors }),
      );
    });

  it.each(kinds)("a %s model created by init passes its test, deploys and runs jobs", async (kind) => {
    const folder = join(directory, kind);
    expect(await run("models", "init", kind, folder)).toMatchObject({ code: 0 });
    const test = await run("models", "test", folder);
    expect([test.code, test.errors]).toEqual([0, expect.stringContaining("✓ compare the outputs")]);
    expect(test.output).toContain("classPredictions");
    const deployed = await run("models", "deploy", folder);
    expect([deployed.code, deployed.errors]).toEqual([0, expect.stringContaining("files")]);
    const [, identifier = ""] = /\(([a-z0-9]{10})\)/.exec(deployed.output) ?? [];
    expect((await run("models", "list")).output).toContain(identifier);
    const sample = JSON.parse(await readFile(join(folder, "samples/input.json"), "utf8")) as object;
    const { jobIdentifier } = await server.submit(sample);
    await server.waitForEnd(jobIdentifier);
    const { results, failures } = await server.results(jobIdentifier);
    expect(failures).toEqual({});
    expect(results["my-input"]?.["results.json"]).toMatchObject({
      data: {
        result: {
          classPredictions: expect.arrayContaining([{ class: expect.any(String), score: expect.any(Number) }]),
        },
      },
    });
  });

  it("a version must be deprecated, then deactivated, then deleted", async () => {
    const folder = join(directory, "retired");
    await run("models", "init", "module", folder);
    const [, identifier = ""] = /\(([a-z0-9]{10})\)/.exec((await run("models", "deploy", folder)).output) ?? [];
    const place = `${identifier}@1.0.0`;
    const again = await run("models", "deploy", folder);
    expect([again.code, again.errors]).toEqual([2, expect.stringContaining('increase "version" in model.yaml')]);
    expect((await run("models", "delete", place)).errors).toContain("its status is active");
    expect((await run("models", "deprecate", place)).output).toContain("deprecated");
    const input = { type: "text", sources: { a: { "input.txt": "Really?" } } };
    const { jobIdentifier } = await server.submit({ model: { identifier, version: "1.0.0" }, input });
    expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ completed: 1 });
    expect((await run("models", "deactivate", place)).output).toContain("inactive");
    const refused = await server.call("POST", "/jobs", { model: { identifier, version: "1.0.0" }, input });
    expect(refused.status).toBe(409);
    expect((await run("models", "delete", place)).output).toContain(`Deleted: ${place}`);
    expect((await server.call("GET", `/models/${identifier}/versions/1.0.0`)).status).toBe(404);
    expect(Object.keys((await server.results(jobIdentifier)).results)).toEqual(["a"]);
  });

  it("errors in a model name the step, file, line and column", async () => {
    const folder = join(directory, "wrong");
    await run("models", "init", "module", folder);
    const change = async (file: string, from: string | RegExp, to: string) => {
      const text = await readFile(join(folder, file), "utf8");
      await writeFile(join(folder, file), text.replace(from, to));
      return async () => writeFile(join(folder, file), text);
    };
    for (const [file, from, to, sentence] of [
      [
        "model.yaml",
        "maxSize: 1M",
        "maxSize: lots\n    size: 1",
        /read model\.yaml" failed: model\.yaml:\d+:\d+: inputs\.input\.txt\.maxSize .*\n {2}model\.yaml:\d+:\d+: inputs\.input\.txt\.size /,
      ],
      [
        "model.mjs",
        "export async function load() {",
        "export async function load() { throw new Error('no weights');",
        /load the model" failed: .*no weights/,
      ],
      [
        "model.mjs",
        'if (text.trim() === "")',
        "if (true)",
        /run its samples" failed: sample "my-input": .*has no text/,
      ],
      ["model.mjs", "? 0.9 :", "? 0.7 :", /compare the outputs" failed: .*score is 0\.7, expected 0\.9/],
    ] as const) {
      const restore = await change(file, from, to);
      for (const action of ["test", "deploy"]) {
        const { code, errors } = await run("models", action, folder);
        expect([code, errors]).toEqual([2, expect.stringMatching(sentence)]);
        expect(errors).not.toMatch(/\n\s+at /);
      }
      await restore();
    }
    expect((await run("models", "test", folder)).code).toBe(0);
  });

  it("init refuses a folder that is not empty, deploy refuses one without model.yaml", async () => {
    expect((await run("models", "init", "module", directory)).errors).toMatch(/is not empty/);
    expect((await run("models", "deploy", tmpdir())).errors).toMatch(/has no model\.yaml/);
    expect((await run("models", "activate", "abcdefghij")).errors).toMatch(/A version is required/);
  });
});
