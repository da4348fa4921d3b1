import { readFile } from "node:fs/promises";
import { explanationKinds, type ExplanationKind } from "@millrace/contract";
import { expect, test } from "vitest";

const docs = await readFile(new URL("../../../docs/explanations.md", import.meta.url), "utf8");

/** The table of deletion and insertion whose first column begins with that model. */
function tableOf(model: string) {
  const lines = docs.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${model} `) && line.includes("Insertion"));
  const end = lines.findIndex((line, at) => at > start && !line.startsWith("|"));
  return lines.slice(start + 2, end).map((line) => {
    const [, name = "", deletion = "", insertion = ""] = line.split("|").map((cell) => cell.trim());
    return {
      method: /^`([\w-]+)`/.exec(name)?.[1],
      isMarked: name.endsWith("(default)"),
      gain: Number.parseFloat(insertion) - Number.parseFloat(deletion),
    };
  });
}

test.each<[ExplanationKind, string]>([
  ["text", "Sentiment Analysis"],
  ["image", "Image Classification"],
  ["tabular", "Penguin Species"],
])("the default method for %s inputs is the winner of its table, and marked there", (kind, model) => {
  const { methods } = explanationKinds[kind];
  const rows = tableOf(model).filter(({ method }) => method !== undefined);
  expect(new Set(rows.map(({ method }) => method))).toEqual(new Set(methods));
  const [winner] = rows.toSorted((a, b) => b.gain - a.gain);
  expect(winner?.method).toBe(methods[0]);
  expect(rows.filter(({ isMarked }) => isMarked).map(({ method }) => method)).toEqual([methods[0]]);
});
