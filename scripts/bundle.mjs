// Puts the modules that the `millrace` command consists of into a few files, with which it starts in two thirds of the time: Node
// opens, compiles and links each module by itself, and there are more than a thousand. `tsc -b` comes first.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

// Our own, and the library that is as many files as ours together. All others are loaded from node_modules: they are few files each, and
// some look for more beside them.
// Not the demo either, which reads its files beside it.
const bundled = /^(@millrace(?!\/demo$)|typebox)(\/|$)/;

const othersFromNodeModules = {
  name: "others-from-node-modules",
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || bundled.test(path) ? undefined : { path, external: true },
    );
  },
};

// In packages/cli/dist, as the code finds other files relative to its own.
const [folder = "bundle"] = process.argv.slice(2);
const outdir = `${root}packages/cli/dist/${folder}`;
rmSync(outdir, { recursive: true, force: true });
// What is loaded only when it is needed stays in files of its own.
await build({
  absWorkingDir: root,
  entryPoints: ["packages/cli/dist/main.js"],
  outdir,
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  sourcemap: "linked",
  logLevel: "warning",
  plugins: [othersFromNodeModules],
});
