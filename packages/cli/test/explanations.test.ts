import { execFile } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sentiment, startTestServer, type TestServer } from "../../server/test/support/test-server.js";

const command = fileURLToPath(new URL("../bin/millrace.js", import.meta.url));
const photo = fileURLToPath(new URL("../../../models/image-classification/1.0.0/samples/cat.jpg", import.meta.url));

let server: TestServer;
let directory: string;
beforeAll(async () => {
  server = await startTestServer();
  directory = await mkdtemp(join(tmpdir(), "millrace-cli-explanations-"));
  await writeFile(join(directory, "mixed.txt"), "A lovely room, but an awful breakfast.");
});
afterAll(async () => {
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

const run = (...parameters: string[]) => runWith({ FORCE_COLOR: "1" }, ...parameters);
const runWith = (more: Record<string, string>, ...parameters: string[]) =>
  new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    const env = {
      PATH: process.env["PATH"],
      MILLRACE_URL: server.url,
      MILLRACE_API_KEY: server.apiKey,
      ...more,
    };
    const options = { env, cwd: directory, timeout: 300_000 };
    const child = execFile(process.execPath, [command, "jobs", ...parameters], options, (_error, output, errors) =>
      resolve({ code: child.exitCode, output, errors }),
    );
  });
const submit = async (model: string, file: string, ...more: string[]) =>
  /Job ([0-9a-f-]{36})/.exec((await run("submit", model, file, ...more)).errors)?.[1] ?? "";
// Once for all tests, as it takes seconds.
let photoJob: Promise<string> | undefined;
const explainedPhoto = () => (photoJob ??= submit("a1c7e0b254@1.0.0", photo, "--explain", "--explain-samples", "64"));

test("colors the words of a text by importance and writes all of them to a report", async () => {
  const job = await submit(`${sentiment.identifier}@1.0.1`, "mixed.txt", "--explain");
  const { output } = await run("explain", job);
  const colourOf = (word: string) => new RegExp(`\\u001b\\[(\\d+)m(?:\\u001b\\[30m)?${word}`).exec(output)?.[1];
  const [lovely, awful] = [colourOf("lovely"), colourOf("awful")];
  expect(lovely).toBeDefined();
  expect(awful).toBeDefined();
  expect(lovely).not.toBe(awful);
  expect(output).toMatch(
    /for (positive|negative|neutral) by kernel-shap: samples \d+, model calls \d+, seed 0, .*fidelity R² 0\.\d/,
  );

  expect(await run("report", job, "report.html")).toMatchObject({ code: 0, output: "report.html\n" });
  const html = await readFile(join(directory, "report.html"), "utf8");
  expect(html).toMatch(/<span class="[fa]\d" title="[+−][\d.]+">lovely<\/span>/);
});

test("accepts method, samples, seed and classes, and rejects an unknown method", async () => {
  const model = `${sentiment.identifier}@${sentiment.version}`;
  const chosen = [
    "--explain-samples",
    "64",
    "--explain-seed",
    "7",
    "--explain-classes",
    "negative",
    "--explain-limit",
    "30",
  ];
  const job = await submit(model, "mixed.txt", "--explain-method", "kernel-shap", ...chosen);
  expect((await run("explain", job)).output).toMatch(/for negative by kernel-shap: samples \d\d, .*seed 7/);
  expect(await run("submit", model, "mixed.txt", "--explain-method", "guessing")).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/explanation\.method .*"guessing".*lime/),
  });
});

test("draws an explanation over its picture", async () => {
  const job = await explainedPhoto();
  expect(await run("explain", job, "--image", photo, "--png", "overlay.png")).toMatchObject({ code: 0 });
  const [original, overlay] = await Promise.all([sharp(photo).stats(), sharp(join(directory, "overlay.png")).stats()]);
  const size = await sharp(join(directory, "overlay.png")).metadata();
  const { width, height } = await sharp(photo).metadata();
  expect([size.format, size.width, size.height]).toEqual(["png", width, height]);
  expect(overlay.channels[1]?.mean).not.toBeCloseTo(original.channels[1]?.mean ?? 0, 1);
  const wrong = await sharp({ create: { width: 5, height: 5, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  await writeFile(join(directory, "wrong.png"), wrong);
  expect(await run("explain", job, "--image", "wrong.png", "--png", "no.png")).toMatchObject({
    code: 2,
    errors: expect.stringContaining("The image is 5 x 5 pixels, but"),
  });
});

test("without colors, words have signs and a heat map uses characters; with colors, its cells are colored", async () => {
  const text = await submit(`${sentiment.identifier}@1.0.1`, "mixed.txt", "--explain", "--explain-classes", "positive");
  const { output: words } = await runWith({ NO_COLOR: "1" }, "explain", text);
  expect(words).toMatch(/lovely\(\+0\.\d\d\)[^]*awful\(-0\.\d\d\)/);
  expect(words).toContain("score with everything hidden");

  const picture = await explainedPhoto();
  const { output: plain } = await runWith({ NO_COLOR: "1" }, "explain", picture);
  expect(plain).toMatch(/^ *[.:=+*#~ -]*#[#~][.:=+*#~ -]*$/m);
  expect(plain).not.toContain("\u001B");
  const { output: coloured } = await run("explain", picture);
  expect(new Set(coloured.match(/48;5;\d+/g)).size).toBeGreaterThan(2);
});

test("a report includes the pictures of its inputs, found by name", async () => {
  await mkdir(join(directory, "photos", "pets"), { recursive: true });
  await copyFile(photo, join(directory, "photos", "pets", "cat.jpg"));
  const job = await explainedPhoto();
  expect(await run("report", job, "cat.html", "--images", "photos")).toMatchObject({ code: 0, errors: "" });
  expect((await readFile(join(directory, "cat.html"), "utf8")).match(/href="data:image\/webp;base64,/g)).toHaveLength(
    2,
  );
  await writeFile(
    join(directory, "small.png"),
    await sharp({ create: { width: 5, height: 5, channels: 3, background: "red" } })
      .png()
      .toBuffer(),
  );
  expect(await run("report", job, "cat.html", "--images", "small.png")).toMatchObject({
    code: 0,
    errors: expect.stringMatching(/small\.png is 5 x 5 pixels, but the explained image was \d+ x \d+/),
  });
  expect(await run("report", job, "cat.html", "--images", "nowhere")).toMatchObject({
    code: 2,
    errors: expect.stringContaining("nowhere cannot be read (ENOENT)"),
  });
});

test("downloads results that are URLs, and a malformed explanation does not affect the others", async () => {
  const explanation = { featureImportance: [{ feature: "age", condition: "> 40", score: -0.5 }] };
  const output = (more: object) => ({ "results.json": { data: { result: { classPredictions: [] }, ...more } } });
  const job = {
    jobIdentifier: "j",
    status: "COMPLETED",
    total: 3,
    completed: 3,
    failed: 0,
    model: { name: "M", version: "1" },
  };
  const answers: Record<string, object> = {
    "/api/jobs/j": { ...job, jobInputs: [] },
    "/api/results/j": {
      ...job,
      explained: true,
      failures: {},
      results: {
        large: { "results.json": "http://elsewhere/api/results/j/datasource/large/output/results.json" },
        odd: output({ explanation: { wordImportance: [["good", 0.5]] } }),
        not: output({ explanation: null, explanationNotice: "It has\u001B[2J no words." }),
      },
    },
    "/api/results/j/datasource/large/output/results.json": output({ explanation })["results.json"],
  };
  const stub = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? {}));
  }).listen(0, "127.0.0.1");
  await once(stub, "listening");
  const environment = { NO_COLOR: "1", MILLRACE_URL: `http://127.0.0.1:${(stub.address() as AddressInfo).port}` };
  const explained = await runWith(environment, "explain", "j");
  const reported = await runWith(environment, "report", "j", "large.html");
  stub.close();
  expect(explained.output).toMatch(/large\n.*-0\.50 age > 40/);
  expect(explained.output).toContain('"good"');
  expect(explained.output).toContain("It has\\u001b[2J no words.");
  expect(reported).toMatchObject({ code: 0 });
  const html = await readFile(join(directory, "large.html"), "utf8");
  for (const text of ["−0.500", "&#34;good&#34;", "no words."]) expect(html).toContain(text);
});

test("says why an input was not explained", async () => {
  const job = await submit(`${sentiment.identifier}@${sentiment.version}`, "mixed.txt");
  expect(await run("explain", job)).toMatchObject({
    code: 2,
    errors: expect.stringContaining("was submitted without --explain"),
  });
});
