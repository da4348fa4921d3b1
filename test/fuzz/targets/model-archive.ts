import { mkdtempSync, rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MillraceError } from "../../../packages/server/src/errors/millrace-error.ts";
import { piecesOf, unpackArchive } from "../../../packages/server/src/models/unpack-archive.ts";
import { holds, rejectsOnly, type FuzzTarget } from "../target.ts";

const blockBytes = 512;
const sums = { start: 148, end: 156 };
const signal = new AbortController().signal;
const limits = { bytes: 2 ** 20, entries: 50 };
const parent = mkdtempSync(join(tmpdir(), "millrace-fuzz-archive-"));
process.on("exit", () => rmSync(parent, { recursive: true, force: true }));

/** One entry of a tar file (POSIX.1-1988). */
function entry(name: string, type: string, content = "", link = ""): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write(type, 156);
  header.write(link, 157);
  header.write("ustar\x0000", 257);
  const padded = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / blockBytes) * blockBytes);
  padded.write(content);
  return Buffer.concat([header, padded]);
}

/** Without right sums nothing behind them would be reached. */
function withSums(archive: Buffer): Buffer {
  for (let start = 0; start + blockBytes <= archive.length; start += blockBytes) {
    const header = archive.subarray(start, start + blockBytes);
    if (header.toString("latin1", 257, 262) !== "ustar") continue;
    header.fill(0x20, sums.start, sums.end);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, sums.start);
  }
  return archive;
}

/** An archive of a model: plain files and folders in its own folder, or a refusal that leaves nothing behind. */
export const target: FuzzTarget = {
  seeds: [
    Buffer.concat([
      entry("model.yaml", "0", "name: x\n"),
      entry("weights/", "5"),
      entry("weights/a.bin", "0", "abc"),
      Buffer.alloc(1_024),
    ]),
    Buffer.concat([entry("folder/model.yaml", "0", "name: x\n"), entry("../outside", "0", "x"), Buffer.alloc(1_024)]),
    Buffer.concat([
      entry("model.yaml", "0"),
      entry("link", "2", "", "/etc"),
      entry("link/x", "0", "x"),
      Buffer.alloc(1_024),
    ]),
    Buffer.concat([
      entry("model.yaml", "0"),
      entry("x", "x", "30 path=../../outside/of/it.txt\n"),
      entry("y", "0", "x"),
    ]),
    Buffer.concat([
      entry("././@LongLink", "L", `${"a/".repeat(200)}b`),
      entry("b", "0"),
      entry("model.yaml", "1", "", "/etc/passwd"),
    ]),
  ],
  dictionary: [
    "../",
    "/",
    "\0",
    "ustar",
    "path=",
    "linkpath=",
    "size=",
    "\u001f\u008b",
    "model.yaml",
    "0",
    "1",
    "2",
    "5",
    "x",
    "g",
    "L",
    "K",
    "S",
  ],
  async run(data) {
    const directory = join(parent, "model");
    const archive = withSums(data);
    const found = await rejectsOnly([MillraceError], () =>
      unpackArchive(piecesOf(archive), directory, { signal, limits }),
    );
    const there = await readdir(parent, { recursive: true, withFileTypes: true });
    await rm(directory, { recursive: true, force: true });
    const top = there.filter((one) => one.parentPath === parent).map(({ name }) => name);
    holds(top.join() === (found === undefined ? "" : "model"), `nothing else is left: ${top.join()}`);
    holds(
      there.every((one) => one.isFile() || one.isDirectory()),
      "there are files and folders only",
    );
  },
};
