import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackages, packPackages, root } from "./packed.js";

const run = promisify(execFile);

const uses = {
  "program.ts": `import { ApiError, MillraceClient, explanationMethods, type JobResults, type JobStatus } from "@millrace/client";
const client = new MillraceClient({ baseUrl: "http://localhost:8080", apiKey: "prefix.secret" });
export async function run(): Promise<JobResults["results"]> {
  const sources = { "my-input": { "input.txt": { bucket: "some-bucket", key: "some_key.txt" } } };
  const job = await client.jobs.submitAwsS3("ed542963de", "0.0.27", sources, "id", "secret", "us-east-1", true);
  const status: JobStatus = job.status;
  // @ts-expect-error: a status that no job has.
  if (status === "DONE") throw new ApiError("", {} as never);
  const word: string | undefined = explanationMethods[0];
  const { results } = await client.results.get(job);
  return word === undefined ? {} : results;
}
`,
  "program.mjs": `import { MillraceClient } from "@millrace/client";
console.log(typeof new MillraceClient({ baseUrl: "http://localhost", apiKey: "a.b" }).jobs.submitAwsS3);
`,
  "program.cjs": `const { MillraceClient } = require("@millrace/client");
console.log(typeof new MillraceClient({ baseUrl: "http://localhost", apiKey: "a.b" }).jobs.submitAwsS3);
`,
};

/** This Node, and the runtimes of `MILLRACE_TEST_RUNTIMES`: paths of node, bun and deno, separated as PATH is. */
const runtimes = [process.execPath, ...(process.env["MILLRACE_TEST_RUNTIMES"] ?? "").split(delimiter)].filter(
  (path) => path !== "",
);

describe("the SDK, installed alone in an empty folder", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-sdk-"));
    await installPackages(directory, await packPackages(directory, ["@millrace/client"]));
    for (const [name, text] of Object.entries(uses)) await writeFile(join(directory, name), text);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it("brings no other package", async () => {
    expect((await readdir(join(directory, "node_modules"))).filter((name) => !name.startsWith("."))).toEqual([
      "@millrace",
    ]);
    expect(await readdir(join(directory, "node_modules/@millrace"))).toEqual(["client"]);
  });

  it.each([
    ["NodeNext", { module: "NodeNext", moduleResolution: "NodeNext" }],
    ["bundler", { module: "ESNext", moduleResolution: "bundler" }],
  ])("type-checks in strict TypeScript with moduleResolution %s, its declarations included", async (name, options) => {
    const strict = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    };
    const configuration = {
      compilerOptions: {
        ...strict,
        ...options,
        target: "ES2022",
        lib: ["ES2022", "DOM", "DOM.Iterable"],
        types: [],
        noEmit: true,
      },
      files: ["program.ts"],
    };
    const file = join(directory, `tsconfig.${name}.json`);
    await writeFile(file, JSON.stringify(configuration));
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["--project", file], { cwd: directory }).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe("");
  });

  describe.each(runtimes)("%s", (runtime) => {
    const isDeno = basename(runtime).startsWith("deno");
    const flags = isDeno ? ["run", "--allow-all", "--node-modules-dir=manual"] : [];

    it.each(["program.mjs", "program.cjs"])("runs %s", async (program) => {
      const env = { ...process.env, DENO_DIR: directory, DENO_NO_UPDATE_CHECK: "1" };
      const { stdout, stderr } = await run(runtime, [...flags, program], { cwd: directory, env });
      expect([stdout, stderr]).toEqual(["function\n", expect.not.stringMatching(/error/i)]);
    });
  });

  it("is bundled by Vite for a browser, without Node's modules", async () => {
    await writeFile(join(directory, "index.html"), '<script type="module" src="/program.mjs"></script>');
    const warnings: string[] = [];
    const result = await build({
      root: directory,
      configFile: false,
      logLevel: "silent",
      build: { write: false, rollupOptions: { onwarn: ({ message }) => warnings.push(message) } },
    });
    if (!("output" in result)) throw new Error("Vite built nothing.");
    const code = result.output.map((part) => (part.type === "chunk" ? part.code : "")).join("");
    expect(warnings).toEqual([]);
    expect(code).toContain("/jobs");
    expect(code).not.toMatch(/node:|__vite-browser-external/);
  });
});
