import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

test("every path in docs/glossary.md exists", async () => {
  const rows = (await readFile(new URL("docs/glossary.md", root), "utf8"))
    .split("\n")
    .filter((line) => /^\| [^-T]/.test(line));
  const paths = rows.flatMap((row) =>
    [...(row.split(" | ")[2] ?? "").matchAll(/`([^`]+)`/g)].map(([, path]) => path ?? ""),
  );
  expect(paths.length).toBeGreaterThanOrEqual(rows.length);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test("docs/decisions.md names every dependency", async () => {
  const manifests = [
    "package.json",
    "models/package.json",
    "examples/package.json",
    ...packages.map((name) => `packages/${name}/package.json`),
  ];
  const decisions = await readFile(new URL("docs/decisions.md", root), "utf8");
  const dependencies = await Promise.all(
    manifests.map(async (path) => {
      const manifest = JSON.parse(await readFile(new URL(path, root), "utf8")) as PackageManifest;
      return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    }),
  );
  const undocumented = dependencies
    .flat()
    .filter((name) => !/^@(types|millrace)\//.test(name) && !decisions.includes(`\`${name}\``));
  expect(undocumented).toEqual([]);
});

const packages = ["cli", "client", "contract", "embedded-postgres", "explainers", "runners", "server"];

interface PackageManifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
