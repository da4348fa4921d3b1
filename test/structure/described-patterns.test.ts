import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

/** Schemas with a pattern that error messages have no words for, as "path:line". */
function withoutWords(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isObjectLiteralExpression(node)) {
      const names = node.properties.map((property) => property.name?.getText(file) ?? "");
      if (names.includes("pattern") && !names.includes("description") && !names.includes("expected"))
        found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The names of a record by name, which fit any text. */
const fitsAll = /^packages\/contract\/src\/bounds\.ts:/;

test("the check finds a pattern without words", () => {
  expect(
    withoutWords("a.ts", 'Type.String({ pattern: "a" });\nType.String({ pattern: "a", description: "an a" });'),
  ).toEqual(["a.ts:1"]);
});

test("every schema with a pattern says in words what it expects, so that no message shows a regular expression", () => {
  const paths = readdirSync("packages").flatMap((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
      .map((path) => `packages/${name}/src/${path}`),
  );
  expect(paths.length).toBeGreaterThan(100);
  const found = paths.flatMap((path) => withoutWords(path, readFileSync(path, "utf8")));
  expect(found.filter((place) => !fitsAll.test(place))).toEqual([]);
});
