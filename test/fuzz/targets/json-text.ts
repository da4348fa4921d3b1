import { checkNames } from "../../../packages/contract/src/json-names.ts";
import { jsonShape } from "../../../packages/server/src/json/json-shape.ts";
import { onOneLine } from "../../../packages/server/src/json/one-line.ts";
import { jsonWords, parseOrUndefined } from "../json-words.ts";
import { holds, type FuzzTarget } from "../target.ts";

/** JSON text of others: its depth is what its value has, and in one line it is the same value. */
export const target: FuzzTarget = {
  seeds: ['{"a":[1,{"b":"]\\"}"}],"c":null}', "[[[]]]", ' {\n"a" :\r\n"\\u2028\u2028\u0085" } ', '"\\\\"', "-1.5e10"],
  dictionary: [...jsonWords, "\u2028", "\u2029", "\u0085", "\r\n"],
  run(data) {
    const { depth } = jsonShape(data);
    const text = data.toString("utf8");
    const value = parseOrUndefined(text);
    if (value === undefined) return;
    // Bytes that are no UTF-8 are no brackets either. Of a name that comes twice, the value has the last only.
    holds(
      hasNameTwice(text, value) ? depth >= depthOf(value) : depth === depthOf(value),
      "the depth is that of the value",
    );
    const line = onOneLine(text);
    holds(!/[\n\r\u0085\u2028\u2029]/.test(line), "a line has no end within");
    holds(
      depth > 1_000 || JSON.stringify(parseOrUndefined(line)) === JSON.stringify(value),
      "the line is the same value",
    );
  },
};

function hasNameTwice(text: string, value: unknown): boolean {
  try {
    checkNames(text, value);
    return false;
  } catch {
    return true;
  }
}

/** Not by calling itself: these may be deeper than the stack. */
function depthOf(value: unknown): number {
  let deepest = 0;
  const open: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [inner, depth] = next;
    if (typeof inner !== "object" || inner === null) continue;
    deepest = Math.max(deepest, depth + 1);
    for (const one of Object.values(inner)) open.push([one, depth + 1]);
  }
  return deepest;
}
