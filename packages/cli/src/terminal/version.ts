import { createRequire } from "node:module";

/** The version of this package. Bundled or not, this file is two folders below it. */
export const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };
