import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const run = promisify(execFile);

/** A package as it would be published. */
export interface Packed {
  readonly name: string;
  /** Path of the tarball. */
  readonly tarball: string;
  /** Paths within the package. */
  readonly files: readonly string[];
}

/** Packs every package of this repository, or some, by name. Needs a build. */
export async function packPackages(directory: string, names: readonly string[] = []): Promise<Packed[]> {
  const chosen = names.length === 0 ? ["--workspaces"] : names.flatMap((name) => ["--workspace", name]);
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", directory, ...chosen], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  const packed = JSON.parse(stdout) as { name: string; filename: string; files: { path: string }[] }[];
  return packed.map(({ name, filename, files }) => ({
    name,
    tarball: join(directory, filename),
    files: files.map(({ path }) => path),
  }));
}

/** Installs tarballs into an empty folder, as their users do; what they depend on comes from the registry. */
export async function installPackages(directory: string, packed: readonly Packed[]): Promise<void> {
  await writeFile(join(directory, "package.json"), '{ "private": true }\n');
  const parameters = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", [...parameters, ...packed.map(({ tarball }) => tarball)], { cwd: directory, maxBuffer: 2 ** 26 });
}
