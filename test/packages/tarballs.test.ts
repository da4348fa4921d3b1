import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { extract } from "tar";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packPackages, root, type Packed } from "./packed.js";

let directory: string;
let packages: Packed[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-tarballs-"));
  packages = await packPackages(directory);
  for (const { name, tarball } of packages) {
    await mkdir(folderOf(name), { recursive: true });
    await extract({ file: tarball, cwd: folderOf(name), strip: 1 });
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it("every package that is not private is packed, with its license and without what only this repository needs", () => {
  expect(packages.map(({ name }) => name).toSorted()).toEqual([
    "@millrace/client",
    "@millrace/contract",
    "@millrace/demo",
    "@millrace/embedded-postgres",
    "@millrace/explainers",
    "@millrace/models",
    "@millrace/runners",
    "@millrace/server",
    "millrace",
  ]);
  for (const { name, files } of packages) {
    expect(files, name).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    expect(files.filter((file) => /\.tsbuildinfo$|\.test\.(ts|js)$|(^|\/)node_modules\//.test(file))).toEqual([]);
  }
});

it("says the same license, repository and Node in every package.json", async () => {
  for (const { name } of packages) {
    const manifest = JSON.parse(await readFile(join(folderOf(name), "package.json"), "utf8")) as object;
    expect(manifest).toMatchObject({
      license: "Apache-2.0",
      engines: { node: ">=20.19" },
      repository: { type: "git", url: expect.stringContaining("millrace.git"), directory: expect.any(String) },
      description: expect.any(String),
    });
  }
});

it("npm has nothing to correct in a package.json, as it does when it publishes", async () => {
  for (const { name } of packages) {
    const file = join(folderOf(name), "package.json");
    const before: unknown = JSON.parse(await readFile(file, "utf8"));
    await promisify(execFile)("npm", ["pkg", "fix"], { cwd: folderOf(name) });
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(before);
  }
});

it("source maps point to files of the package", async () => {
  const missing: string[] = [];
  for (const { name, files } of packages) {
    for (const file of files.filter((path) => path.endsWith(".map"))) {
      const { sources } = JSON.parse(await readFile(join(folderOf(name), file), "utf8")) as { sources: string[] };
      const paths = sources.map((source) => posix.join(posix.dirname(file), source));
      missing.push(...paths.filter((path) => !files.includes(path)).map((path) => `${name}: ${file}: ${path}`));
    }
  }
  expect(missing, "Outputs of removed sources? Run: npm run build").toEqual([]);
});

it("publint finds nothing", async () => {
  for (const { name } of packages) {
    const { messages } = await publint({ pkgDir: folderOf(name), pack: false, strict: true });
    expect(messages, name).toEqual([]);
  }
});

it("every way of importing finds its types, says attw", async () => {
  const attw = join(root, "node_modules/.bin/attw");
  const typed = packages.filter(({ files }) => files.includes("dist/index.d.ts"));
  expect(typed.length).toBeGreaterThan(5);
  // Its settings are in .attw.json.
  for (const { tarball } of typed) await promisify(execFile)(attw, [tarball], { cwd: root });
});

/** The folder with the unpacked files of a package. */
function folderOf(name: string): string {
  return join(directory, "unpacked", name);
}
