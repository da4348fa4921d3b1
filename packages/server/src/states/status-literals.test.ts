import { readFile, readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { jobStatuses } from "@millrace/contract";
import ts from "typescript";
import { expect, it } from "vitest";
import { outcomeStatus } from "./input-states.js";

const sourceDirectory = fileURLToPath(new URL("..", import.meta.url));

/** Statuses that are spelled the same but belong to neither a job nor an input. */
const otherStatuses: Readonly<Record<string, readonly string[]>> = {
  "models/container-image.ts": ['"COMPLETED"'],
};

const statuses = [...jobStatuses, ...Object.values(outcomeStatus)].join("|");
const anyStatus = new RegExp(statuses);
const wholeLiteral = new RegExp(`^(${statuses})$`);
const quotedInSql = new RegExp(`'(${statuses})'`, "g");

/** The status literals in a source file: string literals that are a status, and quoted ones in SQL; comments do not count. */
function statusLiterals(text: string): string[] {
  // Parsing is slow, and most files contain no status at all.
  if (!anyStatus.test(text)) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      if (wholeLiteral.test(node.text)) found.push(`"${node.text}"`);
      else found.push(...(node.text.match(quotedInSql) ?? []));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest));
  return found;
}

it("only the state tables contain status literals of jobs and inputs", async () => {
  const names = await readdir(sourceDirectory, { recursive: true });
  const files = names
    .map((name) => name.split(sep).join("/"))
    .filter((name) => /(?<!\.test|\.d)\.ts$/.test(name) && !/^(states|database\/migrations)\//.test(name));
  expect(files).toContain("results/record-outcomes.ts");
  const found = await Promise.all(
    files.map(async (name) => {
      const literals = statusLiterals(await readFile(join(sourceDirectory, name), "utf8"));
      return literals.filter((one) => !otherStatuses[name]?.includes(one)).map((one) => `${name}: ${one}`);
    }),
  );
  expect(found.flat()).toEqual([]);
});

it.each([
  ['const isOpen = job.status === "OPEN";', ['"OPEN"']],
  ["sql = \"UPDATE t SET status = 'FAILED'\";", ["'FAILED'"]],
  ["sql = `WHERE a = ${a} AND status IN ('SUBMITTED', 'IN_PROGRESS') AND b = ${b}`;", ["'SUBMITTED'", "'IN_PROGRESS'"]],
  ["sql = `status = 'SUCCESSFUL' AND ${a}`;", ["'SUCCESSFUL'"]],
  ["sql = `${a} AND status = 'TIMEDOUT'`;", ["'TIMEDOUT'"]],
  ["// A job is COMPLETED or 'CANCELED'.\nconst text = 'Until it is COMPLETED.'; a.OPEN();", []],
])("of %s it finds %j", (source, literals) => {
  expect(statusLiterals(source)).toEqual(literals);
});
