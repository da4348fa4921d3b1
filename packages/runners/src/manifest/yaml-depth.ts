import { Lexer } from "yaml";

// Those of models have ten at most. The parser calls itself for each, and an overflow of the stack can end the process.
export const maximumDepth = 100;

// The lexer says so before the text of a plain scalar, which may look like anything.
const scalarFollows = "\u001f";
// What else it says that is not in the text: a document starts, a flow collection ends early.
const marks: ReadonlySet<string> = new Set(["\u0002", "\u0018", scalarFollows]);

/** Where YAML has more than 100 levels, if it does: the offset. A column of indentation counts as a level. */
export function findDeepPlace(text: string): number | undefined {
  let offset = 0;
  let flowDepth = 0;
  let lineDepth = 0;
  let isLineStart = true;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (marks.has(token)) {
      isScalar = token === scalarFollows;
      continue;
    }
    if (isScalar) isScalar = false;
    else if (token === "[" || token === "{") flowDepth += 1;
    else if (token === "]" || token === "}") flowDepth = Math.max(0, flowDepth - 1);
    else if (token === "\n" || token === "\r\n") lineDepth = 0;
    else if (flowDepth === 0 && isLineStart && token.trim() === "") lineDepth = token.length;
    else if (flowDepth === 0 && /^[-?:]$/.test(token)) lineDepth += 1;
    if (flowDepth + lineDepth > maximumDepth) return offset;
    isLineStart = token.endsWith("\n");
    offset += token.length;
  }
  return undefined;
}
