import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { create, Header, Pax } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool } from "../../src/database/pool.js";
import { createLoadManifest } from "../../src/models/load-manifest.js";
import { readCatalog, registerCatalog, type Catalog } from "../../src/models/catalog.js";
import { createDeployedModels, removeDeletedVersions } from "../../src/models/deployed-models.js";
import { openBlobStore } from "../../src/storage/open-blob-store.js";
import type { Log } from "../../src/telemetry/log.js";
import { watchModelOutput } from "../support/model-output.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const manifest = (identifier: string, version = "1.0.0") => `
identifier: ${identifier}
version: ${version}
name: Length
description: { summary: How long a text is. }
inputs: { input: { acceptedMediaTypes: [text/plain], maxSize: 1M } }
outputs: { results.json: { mediaType: application/json, maxSize: 1K } }
resources: { memory: { size: 128M }, cpu: { count: 1 } }
timeout: { status: 5m, run: 5m }
runner: { kind: module, file: model.mjs }
`;
const code =
  "export const load = () => ({ run: (batch) => batch.map(({ input }) => ({ 'results.json': { size: input.length } })) });";
const sample = JSON.stringify({ input: { type: "text", sources: { a: { input: "four" } } } });

describe("an archive of a model", () => {
  let server: TestServer;
  let directory: string;
  let folders = 0;
  beforeAll(async () => {
    server = await startTestServer();
    directory = await mkdtemp(join(tmpdir(), "millrace-archives-"));
  });
  afterAll(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const folderOf = async (files: Record<string, string>) => {
    const folder = join(directory, String((folders += 1)));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder, path, ".."), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return folder;
  };
  const pack = async (folder: string, gzip = true) =>
    buffer(create({ cwd: folder, gzip, portable: true }, ["."]) as unknown as NodeJS.ReadableStream);
  const deploy = async (archive: Uint8Array, type = "application/gzip", key = server.apiKey) => {
    const headers = { authorization: `ApiKey ${key}`, "content-type": type };
    const response = await fetch(`${server.url}/api/models/archive`, {
      method: "POST",
      headers,
      body: archive as Uint8Array<ArrayBuffer>,
    });
    const body = (await response.json()) as {
      message: string;
      sampleInput: string;
      sampleOutput: string;
      warnings: string[];
    };
    return { status: response.status, body };
  };
  const model = (identifier: string) => ({
    "model.yaml": manifest(identifier),
    "model.mjs": code,
    "samples/input.json": sample,
  });

  it("a version whose samples answer class scores is a classifier, and its deployment says which key is missing", async () => {
    const scores = "[{ class: 'long', score: 0.7 }, { class: 'short', score: 0.3 }]";
    const answer = `{ 'results.json': { data: { result: { classPredictions: ${scores} }, explanation: null } } }`;
    const classifier = `export const load = () => ({ run: (batch) => batch.map(() => (${answer})) });`;
    const { status, body } = await deploy(
      await pack(await folderOf({ ...model("aaaaaaaaa0"), "model.mjs": classifier })),
    );
    expect(status).toBe(201);
    expect(body.warnings).toEqual([expect.stringContaining("set features.resultsFormat: classification")]);
    const input = { type: "text", sources: { b: { input: "seven words" } } };
    const { jobIdentifier } = await server.submit({
      model: { identifier: "aaaaaaaaa0", version: "1.0.0" },
      input,
      explain: true,
    });
    expect((await server.waitForEnd(jobIdentifier)).explanationNotice).toBeNull();
    expect((await server.results(jobIdentifier)).explained).toBe(true);
  });

  it("takes files that begin with a byte order mark, as Windows editors save them", async () => {
    const files = Object.entries({
      ...model("aaaaaaaab0"),
      "samples/output.json": '{"results": {"a": {"results.json": {"size": 4}}}}',
    }).map(([path, text]) => [path, path.endsWith(".mjs") ? text : `\uFEFF${text}`]);
    const { status, body } = await deploy(await pack(await folderOf(Object.fromEntries(files))));
    expect(status).toBe(201);
    expect(JSON.parse(body.sampleOutput)).toEqual({ results: { a: { "results.json": { size: 4 } } } });
    const utf16 = model("aaaaaaaab1");
    const folder = await folderOf(utf16);
    await writeFile(join(folder, "samples/input.json"), Buffer.from(`\uFEFF${sample}`, "utf16le"));
    expect((await deploy(await pack(folder))).body.message).toMatch(
      /samples\/input\.json is UTF-16 text: convert it to UTF-8/,
    );
  });

  it("deploys compressed or not, with its files at the root or in one folder; its test run becomes its sample output", async () => {
    const inFolder = Object.fromEntries(
      Object.entries(model("aaaaaaaaa1")).map(([path, text]) => [`my-model/${path}`, text]),
    );
    const first = await deploy(await pack(await folderOf(inFolder)));
    expect(first.status).toBe(201);
    expect(first.body.warnings).toEqual([]);
    expect(JSON.parse(first.body.sampleOutput)).toMatchObject({ results: { a: { "results.json": { size: 4 } } } });
    expect((await deploy(await pack(await folderOf(model("aaaaaaaaa2")), false), "application/x-tar")).status).toBe(
      201,
    );
    const input = { type: "text", sources: { b: { input: "seven!!" } } };
    for (const identifier of ["aaaaaaaaa1", "aaaaaaaaa2"]) {
      const { jobIdentifier } = await server.submit({ model: { identifier, version: "1.0.0" }, input });
      await server.waitForEnd(jobIdentifier);
      expect((await server.results(jobIdentifier)).results["b"]?.["results.json"]).toEqual({ size: 7 });
    }
  });

  it("deploys with the test cases of a published model as its samples, or without samples if it says so", async () => {
    const { "samples/input.json": _sample, ...files } = model("aaaaaaaab1");
    const cases = { "test_cases/0001/input": "four", "test_cases/0001/results.json": '{"size": 5}' };
    const wrong = await deploy(await pack(await folderOf({ ...files, ...cases })));
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      expect.stringMatching(/"compare the outputs" failed: sample "0001": results\.json\.size is 4, expected 5/),
    ]);
    const right = { ...cases, "test_cases/0001/results.json": '{"size": 4}' };
    const deployed = await deploy(await pack(await folderOf({ ...files, ...right })));
    expect(deployed.status).toBe(201);
    expect(JSON.parse(deployed.body.sampleOutput)).toMatchObject({
      results: { "0001": { "results.json": { size: 4 } } },
    });
    const { jobIdentifier } = await server.submit(JSON.parse(deployed.body.sampleInput) as object);
    await server.waitForEnd(jobIdentifier);
    expect((await server.results(jobIdentifier)).results["0001"]?.["results.json"]).toEqual({ size: 4 });

    const none = await deploy(await pack(await folderOf({ ...model("aaaaaaaab2"), "samples/input.json": "{}" })));
    expect([none.status, none.body.sampleInput]).toEqual([201, "{}"]);
    const missing = await deploy(await pack(await folderOf({ ...files, "model.yaml": manifest("aaaaaaaab3") })));
    expect([missing.status, missing.body.message]).toEqual([
      400,
      expect.stringMatching(/samples\/input\.json is missing/),
    ]);
  });

  it("is told every fault of its model.yaml at once", async () => {
    const faulty = manifest("aaaaaaaab4")
      .replace("1M", "lots")
      .replace("{ size: 128M }", "{ sise: 128M }")
      .replace("model.mjs", "no.mjs");
    const { status, body } = await deploy(await pack(await folderOf({ ...model("aaaaaaaab4"), "model.yaml": faulty })));
    expect(status).toBe(400);
    expect(body.message).toMatch(
      /failed: model\.yaml:6:\d+: inputs\.input\.maxSize is not valid.*\nmodel\.yaml:8:\d+: resources\.memory\.sise is not known.*Did you mean size\?\nmodel\.yaml:10:\d+: runner\.file is not valid: found "no\.mjs", which does not exist/,
    );
  });

  it("deploys once if sent several times concurrently", async () => {
    const archive = await pack(await folderOf(model("aaaaaaaaa3")));
    const statuses = (await Promise.all([deploy(archive), deploy(archive), deploy(archive)])).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  it("does not affect a concurrent deployment of the same version", async () => {
    const printed = watchModelOutput();
    // Each waits while it is loaded until the other is, too: neither is known when they are looked up.
    const answering = (answer: number) => `
      import { existsSync } from "node:fs";
      export const load = async ({ directory }) => {
        const isDeploying = directory.includes("/millrace-deploy-");
        if (isDeploying) console.log("waits in " + directory);
        while (isDeploying && !existsSync(directory + "/continue")) await new Promise((resolve) => setTimeout(resolve, 10));
        return { run: (batch) => batch.map(() => ({ "results.json": ${answer} })) };
      };`;
    const deploying = Promise.all(
      [1, 2].map(async (answer) => {
        const archive = await pack(await folderOf({ ...model("aaaaaaaaa9"), "model.mjs": answering(answer) }));
        return { answer, status: (await deploy(archive)).status };
      }),
    );
    const waiting = () => [...printed().matchAll(/^waits in (.+)$/gm)].map(([, folder = ""]) => folder);
    await expect.poll(waiting).toHaveLength(2);
    for (const folder of waiting()) await writeFile(join(folder, "continue"), "");
    const deployed = await deploying;
    expect(deployed.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    const { jobIdentifier } = await server.submit({
      model: { identifier: "aaaaaaaaa9", version: "1.0.0" },
      input: { type: "text", sources: { a: { input: "x" } } },
    });
    await server.waitForEnd(jobIdentifier);
    const { results } = await server.results(jobIdentifier);
    expect(results["a"]?.["results.json"]).toBe(deployed.find(({ status }) => status === 201)?.answer);
    expect(await readdir(join(server.dataDirectory, "blobs/models/aaaaaaaaa9/1.0.0"))).toHaveLength(1);
  });

  it("is rejected if the identifier belongs to a bundled model or another account", async () => {
    const bundled = await deploy(
      await pack(await folderOf({ ...model("c0ffee0000"), "model.yaml": manifest("c0ffee0000", "9.9.9") })),
    );
    expect([bundled.status, bundled.body.message]).toEqual([
      409,
      expect.stringMatching(/^The identifier c0ffee0000 comes from this server's models directory/),
    ]);
    const next = await server.call("POST", "/models/c0ffee0000/versions", { version: "9.9.9" });
    expect([next.status, next.body.message]).toEqual([409, bundled.body.message]);

    expect((await deploy(await pack(await folderOf(model("aaaaaaaab3"))))).status).toBe(201);
    const { key } = (
      await server.call<{ key: string }>("POST", "/accounting/accounts", { name: "Other", email: "o@example.com" })
    ).body;
    const second = await pack(
      await folderOf({ ...model("aaaaaaaab3"), "model.yaml": manifest("aaaaaaaab3", "1.0.1") }),
    );
    const foreign = await deploy(second, "application/gzip", key);
    expect([foreign.status, foreign.body.message]).toEqual([
      409,
      expect.stringMatching(/^The identifier aaaaaaaab3 is a model of another account/),
    ]);
    expect((await deploy(second)).status).toBe(201);
    expect((await server.call("GET", "/models/c0ffee0000")).body).toMatchObject({
      name: "No-op",
      versions: ["1.0.0"],
    });
  });

  it("takes precedence over the same version in the models directory", async () => {
    await deploy(await pack(await folderOf(model("aaaaaaaab4"))));
    const pool = createPool(server.databaseUrl, { maximumConnections: 1, applicationName: "test" });
    const sentences: string[] = [];
    const log = { error: (_fields: object, sentence: string) => sentences.push(sentence) } as unknown as Log;
    try {
      const same = { ...model("aaaaaaaab4"), "model.yaml": manifest("aaaaaaaab4").replace("Length", "Impostor") };
      await registerCatalog(pool, await readCatalog(await folderOf(same), log), log);
    } finally {
      await pool.end();
    }
    expect(sentences).toEqual([
      expect.stringMatching(/version 1\.0\.0 of model aaaaaaaab4 was already deployed through the API/),
    ]);
    expect((await server.call("GET", "/models/aaaaaaaab4")).body.name).toBe("Length");
  });

  it("is immutable once active, and workers get time to notice it", async () => {
    await deploy(await pack(await folderOf(model("aaaaaaaab5"))));
    const running = (await server.call("GET", "/resources/processing/models")).body;
    expect(running.find((one: { identifier: string }) => one.identifier === "aaaaaaaab5").situations).toEqual([]);
    const path = "/models/aaaaaaaab5/versions/1.0.0";
    const { inputs, outputs, timeout } = (await server.call("GET", path)).body;
    for (const [change, part] of [
      [{ timeout: { status: 1, run: 1 } }, "timeout"],
      [{ inputs: [{ ...inputs[0], acceptedMediaTypes: "image/png" }] }, "inputs"],
      [{ inputs: [{ ...inputs[0], maximumSize: 3 }] }, "inputs"],
      [{ outputs: [{ ...outputs[0], maximumSize: 3 }] }, "outputs"],
    ] as const) {
      const { status, body } = await server.call("PATCH", path, change);
      expect([status, body.message]).toEqual([409, expect.stringContaining(`its ${part} cannot change`)]);
    }
    // What the published client sends again, and what people read, may be sent.
    const same = { inputs, outputs, timeout, longDescription: "More of it.", statistics: null };
    expect((await server.call("PATCH", path, same)).body).toMatchObject({ longDescription: "More of it.", timeout });
    const tooLong = await server.call("PATCH", path, { timeout: { status: 1, run: 3e9 } });
    expect([tooLong.status, tooLong.body.message]).toEqual([
      400,
      expect.stringMatching(/timeout\.run .*at most 2073600000/),
    ]);
    const image = await server.call("POST", `${path}/container-image`, { registry: { url: "team/other:1" } });
    expect([image.status, image.body.message]).toEqual([409, expect.stringContaining("its image cannot change")]);
  });

  it("that replaces a deleted one of the same version gets another revision and folder", async () => {
    const pool = createPool(server.databaseUrl, { maximumConnections: 1, applicationName: "test" });
    try {
      const blobs = await openBlobStore(join(server.dataDirectory, "blobs"));
      const deployed = createDeployedModels({ blobs, directory: join(directory, "unpacked") });
      const loadManifest = createLoadManifest(pool, { entries: [] } as unknown as Catalog, deployed);
      await deploy(await pack(await folderOf(model("aaaaaaaab1"))));
      const first = await loadManifest("aaaaaaaab1", "1.0.0");
      expect((await loadManifest("aaaaaaaab1", "1.0.0")).revision).toBe(first.revision);
      await server.call("PATCH", "/models/aaaaaaaab1/versions/1.0.0", { status: "inactive" });
      expect((await server.call("DELETE", "/models/aaaaaaaab1/versions/1.0.0")).status).toBe(200);
      await deploy(await pack(await folderOf({ ...model("aaaaaaaab1"), "model.mjs": `${code}\n// mended` })));
      const second = await loadManifest("aaaaaaaab1", "1.0.0");
      expect(second.revision).not.toBe(first.revision);
      expect(second.directory).not.toBe(first.directory);
      // Both were asked for just now; after a while without use only the folder of the version that there is stays.
      await removeDeletedVersions(pool, deployed);
      expect(await readdir(join(directory, "unpacked"))).toHaveLength(2);
      for (const folder of [first.directory, second.directory]) await utimes(folder, 0, 0);
      await removeDeletedVersions(pool, deployed);
      expect(await readdir(join(directory, "unpacked"))).toEqual([basename(second.directory)]);
    } finally {
      await pool.end();
    }
  });

  it("that is hostile or damaged is rejected with the reason and leaves nothing behind", async () => {
    const withLink = await folderOf(model("aaaaaaaaa4"));
    await symlink("/etc/passwd", join(withLink, "weights"));
    const whole = await pack(await folderOf(model("aaaaaaaaa5")));
    for (const [archive, message] of [
      [await pack(withLink), /"\.\/weights" is a SymbolicLink; only files and folders are allowed/],
      [entry("../outside.txt", "x"), /the path "\.\.\/outside\.txt" points outside it/],
      [entry("/etc/millrace-was-here", "x"), /the path "\/etc\/millrace-was-here" points outside it/],
      [entry("huge", "", 5 * 2 ** 30), /unpacks to more than/],
      [Buffer.from("this is no archive at all".repeat(100)), /not a tar file, or it is damaged/],
      [whole.subarray(0, whole.length - 40), /not a tar file, or it is damaged/],
      [await pack(await folderOf({ "read.me": "nothing" })), /it has no model\.yaml/],
      [Buffer.alloc(0), /it is empty|not a tar file/],
    ] as const) {
      const { status, body } = await deploy(archive);
      expect([status, body.message]).toEqual([
        expect.toSatisfy((found) => found === 400 || found === 413),
        expect.stringMatching(message),
      ]);
    }
    // Other tests deploy at the same time.
    const isOfThisProcess = new RegExp(`^millrace-deploy-${process.pid}-`);
    expect(await readdir(tmpdir())).not.toContainEqual(expect.stringMatching(isOfThisProcess));
    const blobs = join(server.dataDirectory, "blobs", "models");
    expect(await readdir(blobs).catch(() => [])).not.toContain("aaaaaaaaa5");
  });

  it("whose model does not match its model.yaml is rejected with the reason", async () => {
    const answering = (expression: string) => ({
      ...model("aaaaaaaab2"),
      "model.mjs": `export const load = () => ({ run: (batch) => batch.map(() => (${expression})) });`,
    });
    const versioned = { ...model("aaaaaaaab2"), "model.yaml": manifest("aaaaaaaab2", "99999999999.0.0") };
    for (const [files, sentence] of [
      [
        answering(`{ "x.bin": new Uint8Array(3) }`),
        /returned an output "x\.bin"; its model\.yaml declares "results\.json"/,
      ],
      [answering(`{ "results.json": new Uint8Array(3) }`), /its output "results\.json" is not valid JSON/],
      [answering(`{ "results.json": "y".repeat(5e6) }`), /of 5000002 bytes; its model\.yaml allows 1000/],
      [versioned, /"read model\.yaml" failed: model\.yaml:3:10: version is not valid/],
    ] as const) {
      const { status, body } = await deploy(await pack(await folderOf(files)));
      expect([status, body.message]).toEqual([400, expect.stringMatching(sentence)]);
    }
    // As long a name as a tar file can have, and longer than one that a file system takes.
    const long = create({ gzip: false, portable: true, cwd: await folderOf(model("aaaaaaaab2")) }, ["."]);
    const archive = await buffer(long as unknown as NodeJS.ReadableStream);
    const pax = new Pax({ path: `${"y".repeat(300)}.txt` }).encode();
    const { status, body } = await deploy(Buffer.concat([pax, entry("y", ""), archive]));
    expect([status, body.message]).toEqual([400, expect.stringMatching(/is too long: at most 255 bytes per name/)]);
  });

  it("whose model hangs or exits while loading fails only that deployment", async () => {
    const slow = {
      ...model("aaaaaaaaa6"),
      "model.mjs": "export const load = () => new Promise(() => setInterval(() => {}, 1000));",
    };
    slow["model.yaml"] = slow["model.yaml"].replace("status: 5m", "status: 500ms");
    expect((await deploy(await pack(await folderOf(slow)))).body.message).toMatch(/"load the model" failed: .*500 ms/);
    const exits = { ...model("aaaaaaaaa7"), "model.mjs": "export const load = () => process.exit(3);" };
    expect((await deploy(await pack(await folderOf(exits)))).body.message).toMatch(/"load the model" failed/);
    expect((await server.call("GET", "/health")).status).toBe(200);
  });

  it("is fetched from the blob store by another machine, and rejected if it was tampered with", async () => {
    const blobs = await openBlobStore(join(directory, "store"));
    const here = createDeployedModels({ blobs, directory: join(directory, "here") });
    const bytes = await pack(await folderOf(model("aaaaaaaaa8")));
    const archive = await here.store(
      { identifier: "aaaaaaaaa8", version: "1.0.0" },
      bytes,
      createHash("sha256").update(bytes).digest("hex"),
    );
    const there = createDeployedModels({ blobs, directory: join(directory, "there") });
    const [one, two] = await Promise.all([there.directoryOf(archive), there.directoryOf(archive)]);
    expect(one).toBe(two);
    expect((await readdir(one)).toSorted()).toEqual(["model.mjs", "model.yaml", "samples"]);
    await blobs.put(archive.blobKey, Buffer.from("something else"));
    const later = createDeployedModels({ blobs, directory: join(directory, "later") });
    await expect(later.directoryOf(archive)).rejects.toThrow(/not the archive that was deployed/);
  });
});

/** A tar file of one entry whose path no honest program would write. */
function entry(path: string, content: string, size = content.length): Buffer {
  const header = new Header({ path, mode: 0o644, type: "File", size, mtime: new Date(0) });
  const block = Buffer.alloc(512);
  header.encode(block, 0);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([block, body, Buffer.alloc(1024)]);
}
