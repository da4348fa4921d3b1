import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

/** Where an object with a prototype is made to be filled by name; a name such as `constructor` would reach what all objects share. */
function plainObjectsByName(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (isRecordOfNothing(node) || isDefaultOfEntry(node))
      found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `const values: Record<string, Value> = {}` */
function isRecordOfNothing(node: ts.Node): boolean {
  if (!ts.isVariableDeclaration(node) && !ts.isPropertyDeclaration(node)) return false;
  const { type, initializer } = node;
  if (type === undefined || !ts.isTypeReferenceNode(type) || type.typeName.getText() !== "Record") return false;
  return type.typeArguments?.[0]?.kind === ts.SyntaxKind.StringKeyword && isEmptyObject(initializer);
}

/** `values[name] ??= {}` */
function isDefaultOfEntry(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionEqualsToken &&
    ts.isElementAccessExpression(node.left) &&
    isEmptyObject(node.right)
  );
}

function isEmptyObject(node: ts.Expression | undefined): boolean {
  return node !== undefined && ts.isObjectLiteralExpression(node) && node.properties.length === 0;
}

test("the check finds exactly both forms", () => {
  expect(plainObjectsByName("a.ts", "const a: Record<string, number> = {};\n(b[c] ??= {}).d = 1;")).toEqual([
    "a.ts:1",
    "a.ts:2",
  ]);
  expect(plainObjectsByName("a.ts", "const a = byName<number>(); const b: Record<string, number> = { c: 1 };")).toEqual(
    [],
  );
});

test("objects indexed by callers' names have no prototype", () => {
  const paths = readdirSync("packages").flatMap((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
      .map((path) => `packages/${name}/src/${path}`),
  );
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.flatMap((path) => plainObjectsByName(path, readFileSync(path, "utf8")))).toEqual([]);
});
