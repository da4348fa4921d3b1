import { readFile } from "node:fs/promises";

/** The lines between `// #region` and `// #endregion` of a source file of the demo, without their common indent. */
export async function readShownSource(fileName: string): Promise<string[]> {
  const text = await readFile(new URL(`../demo/${fileName}`, import.meta.url), "utf8");
  const region = /\/\/ #region[^\n]*\n(.*?)\n *\/\/ #endregion/s.exec(text)?.[1];
  if (region === undefined) throw new Error(`${fileName} has no #region.`);
  const lines = region.split("\n");
  const indent = Math.min(...lines.filter((line) => line !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent));
}
