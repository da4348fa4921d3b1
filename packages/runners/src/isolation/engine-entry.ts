import { createRequire } from "node:module";

/**
 * The built entry of an engine's process, also when this file itself runs from its source: the process loads no TypeScript.
 * Looked for only when one starts, so that tests of other things need no build.
 */
export function engineEntry(): string {
  return createRequire(import.meta.url).resolve("@millrace/runners/engine-process");
}
