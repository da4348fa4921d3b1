import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { findContainerEngine, startEngine } from "../src/index.js";
import { exampleManifest } from "./example-manifest.js";

const run = promisify(execFile);
const { signal } = new AbortController();
const containerEngine = (await findContainerEngine()) ?? "";
const image = "localhost/millrace-test-model:1.0";

const manifest = (runner: object) =>
  exampleManifest({
    directory: tmpdir(),
    memoryBytes: 512 * 2 ** 20,
    runner: { kind: "grpc-container", ...runner },
  });
const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
const containers = async () =>
  (await run(containerEngine, ["ps", "--all", "--format", "{{.Names}}"])).stdout
    .split("\n")
    .filter((name) => name.includes("-abcdefghij-"));

/** An image from nothing but Node, the libraries it needs, and the test server of the gRPC contract. */
async function buildImage(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "millrace-image-"));
  try {
    const { stdout } = await run("ldd", [process.execPath]);
    const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => path);
    for (const library of libraries) {
      await mkdir(join(root, dirname(library)), { recursive: true });
      await cp(await realpath(library), join(root, library));
    }
    await cp(process.execPath, join(root, "node"));
    await build({
      entryPoints: [fileURLToPath(new URL("model-servers/grpc-server.mjs", import.meta.url))],
      outfile: join(root, "model/test/servers/server.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "silent",
    });
    await cp(fileURLToPath(new URL("../proto", import.meta.url)), join(root, "model/proto"), { recursive: true });
    const archive = join(root, "..", `${root.split("/").at(-1)}.tar`);
    await run("tar", ["--create", "--file", archive, "--directory", root, "."]);
    const changes = ['CMD ["/node", "/model/test/servers/server.mjs"]', "ENV MODEL_HOST=0.0.0.0"];
    await run(containerEngine, ["import", ...changes.flatMap((change) => ["--change", change]), archive, image]);
    await rm(archive);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** An engine may answer and yet not be allowed to start anything, as within a container of its own. */
async function startsContainers(): Promise<boolean> {
  if (containerEngine === "") return false;
  await buildImage();
  try {
    await run(containerEngine, ["run", "--rm", image, "/node", "--version"]);
    return true;
  } catch (error) {
    await run(containerEngine, ["rmi", "--force", image]);
    if (process.env["MILLRACE_TEST_CONTAINERS"] === "required") throw error;
    console.log(`Container images are not tested: ${containerEngine} starts none (${(error as Error).message}).`);
    return false;
  }
}

describe.skipIf(!(await startsContainers()))("a container image", () => {
  afterAll(() => run(containerEngine, ["rmi", "--force", image]));

  it("is started, called and removed", async () => {
    const engine = await startEngine(manifest({ image }), { signal, name: "container" });
    expect(await containers()).toHaveLength(1);
    const outcomes = await engine.run(
      ["a", "four", "json error"].map((text) => ({ input: Buffer.from(text) })),
      { explain: true, signal },
    );
    await engine.close();
    expect(outcomes.map((one) => (one.succeeded ? textOf(one.outputs["results.json"]?.bytes) : one.error))).toEqual([
      '{"data":{"result":{"sizeBytes":1},"explanation":"long"}}',
      '{"data":{"result":{"sizeBytes":4},"explanation":"long"}}',
      "refused",
    ]);
    expect(await containers()).toEqual([]);
  });

  it("has no capabilities, no outside network, and can write only to its /tmp", async () => {
    const engine = await startEngine(manifest({ image }), { signal, name: "container" });
    const [name = ""] = await containers();
    const [found] = JSON.parse((await run(containerEngine, ["inspect", name])).stdout) as any[];
    const network = (await run(containerEngine, ["network", "inspect", "millrace-models"])).stdout;
    await engine.close();
    expect(found.EffectiveCaps ?? []).toEqual([]);
    expect(found.HostConfig).toMatchObject({ ReadonlyRootfs: true, PidsLimit: 1_024, Privileged: false });
    expect(found.HostConfig.SecurityOpt).toContainEqual(expect.stringMatching("no-new-privileges"));
    expect(Object.keys(found.NetworkSettings.Networks)).toEqual(["millrace-models"]);
    expect(found.Mounts).toEqual([]);
    expect(JSON.parse(network)[0].internal ?? JSON.parse(network)[0].Internal).toBe(true);
  });

  it("is removed by the next worker if it outlived its own", async () => {
    const script = `import { startEngine } from "@millrace/runners";
      await startEngine(${JSON.stringify(manifest({ image }))}, { signal: new AbortController().signal, name: "doomed" });
      process.kill(process.pid, "SIGKILL");`;
    await expect(
      run(process.execPath, ["--input-type=module", "--eval", script], {
        cwd: dirname(fileURLToPath(import.meta.url)),
      }),
    ).rejects.toMatchObject({ signal: "SIGKILL" });
    expect(await containers()).toHaveLength(1);
    const engine = await startEngine(manifest({ image }), { signal, name: "container" });
    expect(await containers()).toHaveLength(1);
    await engine.close();
    expect(await containers()).toEqual([]);
  });

  it("that cannot be pulled fails with its name and what to do", async () => {
    const missing = "localhost:1/nobody/nothing:1.0";
    await expect(startEngine(manifest({ image: missing }), { signal, name: "container" })).rejects.toThrow(
      /cannot pull the image localhost:1\/nobody\/nothing:1.0 of Example 1.0.0 .*check the name/,
    );
  });
});

it("does not run a program that is not a container engine", async () => {
  await expect(
    startEngine(manifest({ image, engine: "no-such-engine" }), { signal, name: "container" }),
  ).rejects.toThrow(/must be docker or podman; found "no-such-engine"/);
});
