#!/usr/bin/env node
import { statSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

// Node 22 and later keep compiled code there: beside the code, as whoever may write one may write the other.
module.enableCompileCache?.(fileURLToPath(new URL("../dist/compile-cache", import.meta.url)));

/** When a file was last written; 0 when there is none. */
const writtenMs = (path) => statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// The packages that `npm run build` bundles. One that was built again later is loaded module by module, as are all of them then.
const packages = ["cli", "client", "contract", "embedded-postgres", "runners", "server"];
const bundledMs = writtenMs("../dist/bundle/main.js");
const isCurrent = bundledMs > 0 && packages.every((name) => writtenMs(`../../${name}/dist/.tsbuildinfo`) <= bundledMs);

await import(isCurrent ? "../dist/bundle/main.js" : "../dist/main.js");
