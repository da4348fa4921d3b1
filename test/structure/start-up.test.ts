import { build, type Metafile } from "esbuild";
import { beforeAll, expect, test } from "vitest";

/** Libraries that take long to load and that only some commands, jobs or requests need: they are imported where they are used. */
const heavy = [
  "@azure/storage-blob",
  "@aws-sdk/client-s3",
  "@grpc/grpc-js",
  "@millrace/explainers",
  "jstat",
  "onnxruntime-node",
  "sharp",
  "tokenizers",
];

let inputs: Metafile["inputs"];

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: ["packages/cli/src/main.ts"],
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    write: false,
    metafile: true,
    outdir: "unused",
    plugins: [
      {
        name: "libraries-are-not-followed",
        setup(building) {
          building.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === "entry-point" || (path.startsWith("@millrace/") && path !== "@millrace/explainers")
              ? undefined
              : { path, external: true },
          );
        },
      },
    ],
  });
  ({ inputs } = metafile);
});

/** The libraries that are loaded together with these files, and not later by an `import()`. */
function loadedWith(...files: string[]): string[] {
  const seen = new Set<string>();
  const libraries = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind, external } of inputs[file]?.imports ?? []) {
      if (kind === "dynamic-import" || path.startsWith("node:")) continue;
      if (external === true) libraries.add(path);
      else visit(path);
    }
  };
  for (const file of files) visit(file);
  return [...libraries].toSorted();
}

test("a server starts without the libraries that only some jobs need", () => {
  const loaded = loadedWith("packages/cli/src/serve.ts", "packages/server/src/server/parts.ts");
  expect(loaded).toContain("fastify");
  expect(loaded.filter((name) => heavy.includes(name))).toEqual([]);
});

test("the database is started before the libraries of the API and the worker are loaded", () => {
  const loaded = loadedWith("packages/cli/src/serve.ts");
  expect(loaded).toContain("pino");
  for (const library of ["fastify", "graphile-worker", "undici"]) expect(loaded).not.toContain(library);
});

test("a command that starts no server loads what it reads places and prints with, and no schemas", () => {
  const reading = ["picomatch"];
  const printing = ["cli-progress", "cli-truncate", "commander", "picocolors", "string-width"];
  expect(loadedWith("packages/cli/src/main.ts")).toEqual([...reading, ...printing].toSorted());
});
