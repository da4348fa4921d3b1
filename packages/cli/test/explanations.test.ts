import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

const run = (...parameters: string[]) =>
  new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    const env = {
      PATH: process.env["PATH"],
      MILLRACE_URL: server.url,
      MILLRACE_API_KEY: server.apiKey,
      FORCE_COLOR: "1",
    };
    const options = { env, cwd: directory, timeout: 60_000 };
    const child = execFile(process.execPath, [command, "jobs", ...parameters], options, (_error, output, errors) =>
      resolve({ code: child.exitCode, output, errors }),
    );
  });
const submit = async (model: string, file: string, ...more: string[]) =>
  /Job ([0-9a-f-]{36})/.exec((await run("submit", model, file, ...more)).errors)?.[1] ?? "";

test("the words of a text are coloured by their importance, and a report has them all", async () => {
  const job = await submit(`${sentiment.identifier}@1.0.1`, "mixed.txt", "--explain");
  const { output } = await run("explain", job);
  const colourOf = (word: string) => new RegExp(`\\u001b\\[(\\d+)m(?:\\u001b\\[30m)?${word}`).exec(output)?.[1];
  const [lovely, awful] = [colourOf("lovely"), colourOf("awful")];
  expect(lovely).toBeDefined();
  expect(awful).toBeDefined();
  expect(lovely).not.toBe(awful);
  expect(output).toMatch(/for (positive|negative|neutral) by lime, 500 samples, seed 0, fidelity/);

  expect(await run("report", job, "report.html")).toMatchObject({ code: 0, output: "report.html\n" });
  const html = await readFile(join(directory, "report.html"), "utf8");
  expect(html).toMatch(/<span style="background:rgba[^>]*>lovely<\/span>/);
});

test("method, samples, seed and classes can be chosen, and a method that is none is told", async () => {
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
  expect((await run("explain", job)).output).toMatch(/for negative by kernel-shap, \d\d samples, seed 7/);
  expect(await run("submit", model, "mixed.txt", "--explain-method", "guessing")).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/explanation\.method .*"guessing".*lime/),
  });
});

test("a picture's explanation is drawn over it", async () => {
  const job = await submit("a1c7e0b254@1.0.0", photo, "--explain");
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
    errors: expect.stringContaining("The picture is 5 x 5 pixels, but"),
  });
});

test("what was not explained says why", async () => {
  const job = await submit(`${sentiment.identifier}@${sentiment.version}`, "mixed.txt");
  expect(await run("explain", job)).toMatchObject({
    code: 2,
    errors: expect.stringContaining("was submitted without --explain"),
  });
});
