import { readdirSync, readFileSync } from "node:fs";
import { analyse } from "scslre";
import ts from "typescript";
import { expect, test } from "vitest";

interface Expression {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression that is written as one, and every `pattern` of a schema. */
function expressionsOf(path: string, text: string): Expression[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Expression[] = [];
  const visit = (node: ts.Node) => {
    const place = `${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      found.push({ place, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    } else if (
      ts.isPropertyAssignment(node) &&
      node.name.getText() === "pattern" &&
      ts.isStringLiteral(node.initializer)
    )
      found.push({ place, source: node.initializer.text, flags: "u" });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether some text takes more than a constant time for each of its characters. */
function isSlow({ source, flags }: Pick<Expression, "source" | "flags">): boolean {
  const reportTypes = { Move: true, Self: true, Trade: true };
  return analyse({ source, flags }, { reportTypes, maxReports: 1 }).reports.length > 0;
}

test("the check knows those that backtrack", () => {
  const slow = [String.raw`\/*$`, String.raw`\s+$`, "(a+)+b", "a.*b", "^a*a*b", String.raw`(?<!x)\d+$`];
  expect(slow.filter((source) => !isSlow({ source, flags: "" }))).toEqual([]);
  const fast = ["^a+$", String.raw`^[^@\s]+@[^@\s]+$`, String.raw`\/$`, String.raw`(?<!\d)\d+`];
  expect(fast.filter((source) => isSlow({ source, flags: "" }))).toEqual([]);
  const written = 'const a = /b/i; const c = { pattern: "^d" };';
  expect(expressionsOf("a.ts", written)).toEqual([
    { place: "a.ts:1", source: "b", flags: "i" },
    { place: "a.ts:1", source: "^d", flags: "u" },
  ]);
});

test("no regular expression backtracks: each takes time in proportion to its text", () => {
  const paths = readdirSync("packages").flatMap((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path) && !path.includes(".test."))
      .map((path) => `packages/${name}/src/${path}`),
  );
  const expressions = paths.flatMap((path) => expressionsOf(path, readFileSync(path, "utf8")));
  expect(expressions.length).toBeGreaterThan(100);
  const slow = expressions.filter(isSlow).map(({ place, source, flags }) => `${place}: /${source}/${flags}`);
  expect(slow).toEqual([]);
});
