import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

interface LockedPackage {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly license?: string;
}

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const permissive = /^(0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|ISC|MIT|Unlicense|\(MIT OR CC0-1\.0\))$/;
/** Packages that name their license elsewhere than in package.json. */
const namedElsewhere = new Map([["jstat", "MIT"]]);

it("NOTICE names every installed package with a license that is not permissive", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockedPackage> };
  const notice = read("NOTICE");
  const isNamed = (name: string) =>
    notice.includes(name) || notice.includes(name.replace(/(?<=^@img\/sharp-(libvips|win32)-).*/, "*"));
  const unnamed = Object.entries(packages)
    .filter(([path, { dev, link }]) => path.includes("node_modules/") && dev !== true && link !== true)
    .map(([path, { license }]) => [path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length), license])
    .filter(
      ([name = "", license]) => !permissive.test(license ?? namedElsewhere.get(name) ?? "none") && !isNamed(name),
    );
  expect(unnamed).toEqual([]);
});
