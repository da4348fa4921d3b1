import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build as bundle, transform, type Plugin } from "esbuild";
import { createInstrumenter } from "istanbul-lib-instrument";
import { coverageVariable } from "./coverage.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ownSource = /[\\/]packages[\\/][^\\/]+[\\/]src[\\/].*\.ts$/;

/** A target with the engine in one file, in which our own code counts what it runs. Libraries stay outside. */
export async function buildTarget(name: string): Promise<string> {
  // Below the root, where Node finds the libraries.
  const outfile = `${root}node_modules/.cache/millrace-fuzz/${name}.mjs`;
  await bundle({
    stdin: {
      contents: `import { target } from "./targets/${name}.ts"; import { runEngine } from "./engine.ts"; await runEngine(target);`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["source"],
    logLevel: "error",
    plugins: [instrumentOwnCode, leaveLibrariesOutside],
  });
  return outfile;
}

const instrumentOwnCode: Plugin = {
  name: "instrument-own-code",
  setup(build) {
    build.onLoad({ filter: ownSource }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "ts", target: "node20" });
      const instrumenter = createInstrumenter({ esModules: true, compact: true, coverageVariable });
      return { contents: instrumenter.instrumentSync(code, path), loader: "js" };
    });
  },
};

const leaveLibrariesOutside: Plugin = {
  name: "leave-libraries-outside",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      path.startsWith("@millrace/") ? undefined : { path, external: true },
    );
  },
};
