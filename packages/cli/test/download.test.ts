import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../server/test/support/test-server.js";
import { runCommand } from "./run-command.js";

const program = `
export const load = async () => ({
  run: (batch) => batch.map((items) => {
    const text = new TextDecoder().decode(items["input.txt"]);
    if (text === "fail") return new Error("It is to fail.");
    return { "results.json": { text }, "mask.png": new TextEncoder().encode("mask of " + text), "MASK.png": new TextEncoder().encode("MASK of " + text) };
  }),
});
`;

/** Names that others chose; each is its own input. */
const names = [
  "plain.txt",
  "Plain.txt",
  "../../outside",
  "/etc/passwd",
  "..\\..\\outside",
  "folder/first.txt",
  "folder:first.txt",
  "folder_first.txt",
  "NUL",
  ".hidden",
  "-rf",
  `${"long".repeat(200)}.txt`,
  "\u202Egpj.exe",
  "é.txt",
  "e\u0301.txt",
];

describe("millrace jobs download", () => {
  let server: TestServer;
  let directory: string;
  let job: string;
  const run = (...parameters: string[]) =>
    runCommand(["jobs", "download", ...parameters], {
      env: { MILLRACE_URL: server.url, MILLRACE_API_KEY: server.apiKey, NO_COLOR: "1" },
      cwd: directory,
    });
  const readLines = async (path: string) =>
    (await readFile(join(directory, path), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, string>);

  beforeAll(async () => {
    server = await startTestServer();
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-download-"));
    const model = join(directory, "model");
    await runCommand(["models", "init", "module", model]);
    const manifest = await readFile(join(model, "model.yaml"), "utf8");
    const outputs = ["mask.png", "MASK.png"].map((name) => `  ${name}: { mediaType: image/png, maxSize: 1M }\n`);
    await writeFile(
      join(model, "model.yaml"),
      manifest.replace("resources:", `${outputs.join("")}resources:`).replace("  resultsFormat: classification\n", ""),
    );
    await writeFile(join(model, "model.mjs"), program);
    await writeFile(join(model, "samples/input.json"), "{}");
    await rm(join(model, "samples/output.json"));
    const env = { MILLRACE_URL: server.url, MILLRACE_API_KEY: server.apiKey };
    const deployed = await runCommand(["models", "deploy", model, "--json"], { env });
    expect([deployed.code, deployed.errors]).toEqual([0, expect.any(String)]);
    const { model: found, version } = JSON.parse(deployed.output) as { model: { identifier: string }; version: string };
    const sources = Object.fromEntries([
      ...names.map((name, index) => [name, { "input.txt": `text ${index}` }]),
      ["failing", { "input.txt": "fail" }],
    ]);
    const body = { model: { identifier: found.identifier, version }, input: { type: "text", sources } };
    job = (await server.submit(body)).jobIdentifier;
    await server.waitForEnd(job);
  });
  afterAll(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("writes results, failures and outputs, all of them inside its folder and apart from each other", async () => {
    const { code, output } = await run(job, "all");
    expect([code, output]).toEqual([0, `all: ${names.length} results, 1 failures, ${names.length * 2} new files\n`]);
    const lines = await readLines("all/results.jsonl");
    expect(lines.map(({ input }) => input).sort()).toEqual([...names].sort());
    const paths = lines.flatMap((line) => [line["mask.png"] ?? "", line["MASK.png"] ?? ""]);
    expect(paths.filter((path) => !/^outputs\/[^/]+\/[^/]+$/.test(path))).toEqual([]);
    // On a file system without upper and lower case, too.
    expect(new Set(paths.map((path) => path.normalize("NFKC").toLowerCase())).size).toBe(paths.length);
    for (const line of lines) {
      const text = `text ${names.indexOf(line["input"] ?? "")}`;
      expect(await readFile(join(directory, "all", line["mask.png"] ?? ""), "utf8")).toBe(`mask of ${text}`);
      expect(await readFile(join(directory, "all", line["MASK.png"] ?? ""), "utf8")).toBe(`MASK of ${text}`);
    }
    expect(await readLines("all/failures.jsonl")).toMatchObject([{ input: "failing", error: expect.any(String) }]);
    expect((await readdir(directory)).sort()).toEqual(["all", "model"]);
    expect((await readdir(join(directory, "all"))).sort()).toEqual([
      "failures.jsonl",
      "job.json",
      "outputs",
      "results.jsonl",
    ]);
  });

  it("continues where it broke off", async () => {
    await run(job, "broken");
    const whole = await readLines("broken/results.jsonl");
    const path = join(directory, "broken/results.jsonl");
    const { size } = await stat(path);
    await truncate(path, size - 10);
    const again = await run(job, "broken", "--json");
    expect(JSON.parse(again.output)).toEqual({ folder: "broken", results: names.length, failures: 1, files: 2 });
    const lines = await readLines("broken/results.jsonl");
    expect(lines.map(({ input }) => input)).toEqual(whole.map(({ input }) => input));
    expect(await readLines("broken/failures.jsonl")).toHaveLength(1);
    expect(JSON.parse((await run(job, "broken", "--json")).output)).toMatchObject({ files: 0 });
  });

  it.each([
    ["another job's", "job.json", '{"jobIdentifier":"0b6f7e3c-0000-4000-8000-000000000000"}', /another job/],
    ["no download's", "results.jsonl", '{"input":"mine"}\n', /not from a download/],
  ])("leaves a folder alone that is %s", async (_what, file, text, message) => {
    const folder = await mkdtemp(join(directory, "other-"));
    await writeFile(join(folder, file), text);
    const { code, errors } = await run(job, folder);
    expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    expect(await readFile(join(folder, file), "utf8")).toBe(text);
    expect(await readdir(folder)).toEqual([file]);
    await rm(folder, { recursive: true });
  });
});
