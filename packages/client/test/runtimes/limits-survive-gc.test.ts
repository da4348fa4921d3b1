import { execFile } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { details, startWireServer, type Answer, type WireServer } from "../wire-server.js";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Starts a response and leaves it open. */
const unfinished = (contentType: string, start: string, status = 200): Answer => {
  return (response) => void response.writeHead(status, { "content-type": contentType }).write(start);
};
const answer: Answer = (response, request) => {
  const { url } = request;
  if (url.includes("/events")) return unfinished("text/event-stream", ":\n\n")(response, request);
  if (url.startsWith("/api/results/")) return unfinished("application/json", "{")(response, request);
  if (url.startsWith("/api/models/")) return unfinished("application/json", "{", 404)(response, request);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ ...details, status: "IN_PROGRESS" }));
};

/** Node that runs this test, and the runtimes of `MILLRACE_TEST_RUNTIMES`: paths of node, bun and deno, separated as PATH is. */
const runtimes = [process.execPath, ...(process.env["MILLRACE_TEST_RUNTIMES"] ?? "").split(delimiter)].filter(
  (path) => path !== "",
);
const flagsOf = (runtime: string): readonly string[] => {
  if (basename(runtime).startsWith("deno")) return ["run", "--allow-all", "--v8-flags=--expose-gc"];
  return basename(runtime).startsWith("bun") ? ["run"] : ["--expose-gc"];
};

describe("limits and signals end a call whose server is silent, whatever the garbage collector does", () => {
  let server: WireServer;
  let directory: string;
  beforeAll(async () => {
    server = await startWireServer(answer);
    directory = await mkdtemp(join(tmpdir(), "millrace-runtimes-"));
    const entryPoints = [here("../../src/index.ts")];
    await build({
      entryPoints,
      bundle: true,
      format: "esm",
      outfile: join(directory, "sdk.mjs"),
      conditions: ["source"],
    });
  });
  afterAll(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  describe.each(runtimes)("%s", (runtime) => {
    it.concurrent.each([
      ["wait, time limit", "TimeoutError: Job x has not ended within 1000 ms."],
      ["wait, signal", "Error: enough"],
      ["events, signal", "Error: enough"],
      ["results, time limit", "TimeoutError: GET /results/x timed out after 1000 ms."],
      ["output, signal", "Error: enough"],
      ["error, time limit", "TimeoutError: GET /models/x timed out after 1000 ms."],
    ])("%s", async (call, expected) => {
      await access(runtime);
      const parameters = [
        ...flagsOf(runtime),
        here("wait-under-gc.mjs"),
        join(directory, "sdk.mjs"),
        server.baseUrl,
        call,
      ];
      const env = { ...process.env, DENO_DIR: directory, DENO_NO_UPDATE_CHECK: "1" };
      const { stdout } = await promisify(execFile)(runtime, parameters, { env });
      expect(stdout).toContain(expected);
    });
  });
});

it.skipIf(runtimes.length > 1)("other runtimes are not tested: MILLRACE_TEST_RUNTIMES names none", () => {
  expect(runtimes).toEqual([process.execPath]);
});
