import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip, gzipSync } from "node:zlib";
import { Header } from "tar";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MillraceError } from "../errors/millrace-error.js";
import { piecesOf, unpackArchive } from "./unpack-archive.js";

/** Builds a tar file whose entries need not be valid. */
function tarOf(entries: Record<string, string>): Buffer {
  const blocks = Object.entries(entries).map(([path, content]) => {
    const type = path.endsWith("/") ? "Directory" : "File";
    const header = new Header({ path, mode: 0, type, size: content.length, mtime: new Date(0) });
    const block = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512);
    header.encode(block, 0);
    block.write(content, 512);
    return block;
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A compressed archive: the given start, followed by zeros. */
async function* bombOf(start: Buffer, zeros: number): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level: 1 });
  const zero = Buffer.alloc(2 ** 20);
  void (async () => {
    gzip.write(start);
    for (let written = 0; written < zeros && !gzip.destroyed; written += zero.length)
      if (!gzip.write(zero)) await new Promise((resolve) => gzip.once("drain", resolve));
    gzip.end();
  })();
  yield* gzip as AsyncIterable<Buffer>;
}

describe("unpacking an archive", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "millrace-unpack-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const unpack = (archive: Uint8Array) => unpackArchive(piecesOf(archive), join(root, "model"));

  it("stops at the limit without blocking other work", async () => {
    const limits = { bytes: 2 ** 27, entries: 10 };
    for (const bomb of [
      bombOf(tarOf({ "model.yaml": "name: x" }), 2 ** 40),
      bombOf(headerOf("zeros", limits.bytes - 4096), 2 ** 40),
    ]) {
      let turns = 0;
      let turn = setImmediate(function take() {
        turns += 1;
        turn = setImmediate(take);
      });
      const refusal = unpackArchive(bomb, join(root, "model"), { limits });
      await expect(refusal).rejects.toThrow(/unpacks to more than 128 MiB and 10 files/);
      clearImmediate(turn);
      // 128 MiB, with at most 1 MiB between two yields to other work.
      expect(turns).toBeGreaterThan(128);
      expect(await readdir(root)).toEqual([]);
    }
  });

  it("rejects more entries than a model needs", async () => {
    const many = gzipSync(tarOf(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`f${index}`, ""]))));
    const refusal = unpackArchive(piecesOf(many), join(root, "model"), { limits: { bytes: 2 ** 20, entries: 10 } });
    await expect(refusal).rejects.toThrow(/more than 1 MiB and 10 files/);
    expect(await readdir(root)).toEqual([]);
  });

  it("skips macOS metadata and makes files readable for the user that runs the model", async () => {
    const archive = tarOf({
      "my-model/": "",
      "my-model/model.yaml": "name: x",
      "my-model/._model.yaml": "x",
      "__MACOSX/my-model/._model.yaml": "x",
    });
    const { directory } = await unpack(archive);
    expect(directory).toBe(join(root, "model", "my-model"));
    expect(await readdir(join(root, "model"))).toEqual(["my-model"]);
    expect(await readdir(directory)).toEqual(["model.yaml"]);
    expect((await stat(join(directory, "model.yaml"))).mode & 0o777).toBe(0o644);
  });

  it.each<[string, Buffer, RegExp]>([
    ["a name that no file system takes", tarOf({ [`${"y".repeat(150)}/${"z".repeat(99)}`]: "" }), /no model\.yaml/],
    ["a control character in a name", tarOf({ "model\n.yaml": "" }), /"model\\n\.yaml" has a control character/],
    ["a file that is a folder, too", tarOf({ a: "x", "a/b": "y" }), /it is damaged/],
    ["an archive in an archive", gzipSync(gzipSync(tarOf({ "model.yaml": "" }))), /it is compressed twice/],
    ["half a compressed file", gzipSync(Buffer.from("x".repeat(5000))).subarray(0, 20), /it is damaged/],
    ["an empty file", Buffer.alloc(0), /it is empty/],
    ["nothing, compressed", gzipSync(Buffer.alloc(0)), /not a tar file/],
  ])("rejects %s", async (_name, archive, sentence) => {
    const refusal = unpack(archive);
    await expect(refusal).rejects.toThrow(sentence);
    await expect(refusal).rejects.toThrow(MillraceError);
    expect(await readdir(root)).toEqual([]);
  });

  it("keeps a folder that another process unpacked first", async () => {
    const archive = tarOf({ "model.yaml": "name: x" });
    const first = await unpack(archive);
    const { ino } = await stat(first.directory);
    const second = await unpack(archive);
    expect(second).toEqual(first);
    expect((await stat(second.directory)).ino).toBe(ino);
    expect(await readdir(root)).toEqual(["model"]);
  });
});

function headerOf(path: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  new Header({ path, mode: 0o644, type: "File", size, mtime: new Date(0) }).encode(block, 0);
  return block;
}
