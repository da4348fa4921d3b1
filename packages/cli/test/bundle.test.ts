import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MillraceClient } from "@millrace/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServerProcess } from "../../server/test/support/server-process.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const command = join(root, "packages/cli/bin/millrace.js");

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-bundle-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe("the bundled command", () => {
  const name = `bundle-of-test-${process.pid}`;
  const folder = join(root, "packages/cli/dist", name);
  const entry = join(folder, "main.js");
  beforeAll(async () => {
    await run(process.execPath, ["scripts/bundle.mjs", name], { cwd: root });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("serves, and runs the models that are shipped", async () => {
    const server = await startServerProcess(join(directory, "data"), {}, entry);
    try {
      await expect.poll(() => server.output()).toMatch(/Stop with Ctrl-C/);
      const apiKey = /API key\s+(\S+)/.exec(server.output())?.[1] ?? "";
      const client = new MillraceClient({ baseUrl: server.url, apiKey });
      const submitted = await client.jobs.submitText("ed542963de", "0.0.27", { only: { "input.txt": "What a day!" } });
      const job = await client.jobs.waitUntilComplete(submitted.jobIdentifier);
      expect(job).toMatchObject({ status: "COMPLETED", completed: 1 });
    } finally {
      await server.kill("SIGTERM");
    }
    expect(server.child.exitCode).toBe(0);
  });

  it("finds its templates", async () => {
    const { stdout } = await run(process.execPath, [entry, "models", "init", "module", join(directory, "model")]);
    expect(stdout).toContain("model.yaml");
  });

  it("consists of the packages that bin/millrace.js compares it with", async () => {
    const maps = (await readdir(folder)).filter((file) => file.endsWith(".map"));
    const texts = await Promise.all(maps.map((file) => readFile(join(folder, file), "utf8")));
    const sources = texts.flatMap((text) => (JSON.parse(text) as { sources: string[] }).sources);
    const bundled = sources.flatMap((source) => /^(?:\.\.\/)+([a-z-]+)\/(?:src|dist)\//.exec(source)?.[1] ?? "cli");
    expect(new Set(bundled)).toEqual(new Set(await comparedPackages()));
  });
});

describe("bin/millrace.js", () => {
  const moments = { old: new Date("2026-01-01"), new: new Date("2026-01-02") };

  /** A tree with a bundle and packages built at these moments; the two mains print which they are. */
  async function makeTree(tree: string, builtAt: Date, bundledAt: Date): Promise<string> {
    for (const name of await comparedPackages()) {
      await mkdir(join(tree, name, "dist"), { recursive: true });
      await writeFile(join(tree, name, "dist/.tsbuildinfo"), "");
      await utimes(join(tree, name, "dist/.tsbuildinfo"), moments.old, name === "server" ? builtAt : moments.old);
    }
    await mkdir(join(tree, "cli/dist/bundle"));
    await writeFile(join(tree, "cli/package.json"), '{ "type": "module" }');
    await writeFile(join(tree, "cli/dist/main.js"), 'console.log("modules")');
    await writeFile(join(tree, "cli/dist/bundle/main.js"), 'console.log("bundle")');
    await utimes(join(tree, "cli/dist/bundle/main.js"), moments.old, bundledAt);
    await cp(command, join(tree, "cli/bin/millrace.js"));
    return (await run(process.execPath, [join(tree, "cli/bin/millrace.js")])).stdout.trim();
  }

  it("runs a bundle that is younger than every package", async () => {
    expect(await makeTree(join(directory, "young"), moments.old, moments.new)).toBe("bundle");
  });

  it("leaves a bundle alone when a package was built after it", async () => {
    expect(await makeTree(join(directory, "stale"), moments.new, moments.old)).toBe("modules");
  });

  it("needs no bundle", async () => {
    const tree = join(directory, "none");
    await makeTree(tree, moments.old, moments.new);
    await rm(join(tree, "cli/dist/bundle"), { recursive: true });
    expect((await run(process.execPath, [join(tree, "cli/bin/millrace.js")])).stdout.trim()).toBe("modules");
  });
});

async function comparedPackages(): Promise<string[]> {
  const [, names = ""] = /const packages = \[([^\]]*)\]/.exec(await readFile(command, "utf8")) ?? [];
  return Array.from(names.matchAll(/"([^"]+)"/g), ([, name]) => name ?? "");
}
