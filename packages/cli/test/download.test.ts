import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../server/test/support/test-server.js";
import { runCommand, runInTerminal } from "./run-command.js";

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

/** Passes requests on, breaks some answers in the middle, and holds some for ever. */
async function startProxy(target: string, breaks: (url: string, seen: number) => boolean, held?: string) {
  const seen = new Map<string, number>();
  let isHeld = false;
  const proxy = createServer((request, response) => {
    const url = request.url ?? "";
    seen.set(url, (seen.get(url) ?? 0) + 1);
    if (held !== undefined && url.includes("/output/") && url.includes(held)) return void (isHeld = true);
    void fetch(`${target}${url}`, { headers: request.headers as Record<string, string> }).then(async (answer) => {
      const body = Buffer.from(await answer.arrayBuffer());
      const type = answer.headers.get("content-type") ?? "";
      const total = answer.headers.get("x-total-count") ?? "0";
      response.writeHead(answer.status, {
        "content-type": type,
        "x-total-count": total,
        "content-length": body.byteLength,
      });
      if (breaks(url, seen.get(url) ?? 0)) response.write(body.subarray(0, 4), () => response.destroy());
      else response.end(body);
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    isHeld: () => isHeld,
    close() {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

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

  it("tries an output again whose connection broke, and keeps no half of it", async () => {
    const proxy = await startProxy(server.url, (url, seen) => url.includes("/output/") && seen === 1);
    const { code, output } = await runCommand(["jobs", "download", job, "proxied", "--json"], {
      env: { MILLRACE_URL: proxy.url, MILLRACE_API_KEY: server.apiKey },
      cwd: directory,
    });
    proxy.close();
    expect([code, JSON.parse(output)]).toMatchObject([0, { results: names.length, files: names.length * 2 }]);
    for (const line of await readLines("proxied/results.jsonl"))
      expect(await readFile(join(directory, "proxied", line["mask.png"] ?? ""), "utf8")).toMatch(/^mask of text \d+$/);
    const left = await readdir(join(directory, "proxied"), { recursive: true });
    expect(left.filter((path) => path.endsWith(".part"))).toEqual([]);
  });

  it("stopped by Ctrl-C, says how to continue, and continues", async () => {
    // The last input's outputs never arrive.
    const proxy = await startProxy(server.url, () => false, "e%CC%81.txt");
    let hasTyped = false;
    const { code, shown } = await runInTerminal(["jobs", "download", job, "stopped"], {
      columns: 80,
      cwd: directory,
      env: { MILLRACE_URL: proxy.url, MILLRACE_API_KEY: server.apiKey },
      onShown() {
        if (hasTyped || !proxy.isHeld()) return undefined;
        hasTyped = true;
        return "\u0003";
      },
    });
    proxy.close();
    expect([code, shown]).toEqual([130, expect.stringContaining("Run the same command again to continue.")]);
    const { output } = await run(job, "stopped", "--json");
    expect(JSON.parse(output)).toMatchObject({ results: names.length, failures: 1 });
    expect((JSON.parse(output) as { files: number }).files).toBeLessThan(names.length * 2);
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
