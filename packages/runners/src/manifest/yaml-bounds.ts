import { Lexer } from "yaml";

// Those of models have ten at most. The parser calls itself for each, and an overflow of the stack can end the process.
export const maximumDepth = 100;
// Those of models have 700, with a thousand labels 6,000. The parser takes longest for many that mean little, such as commas.
export const maximumTokens = 10_000;

// The lexer says so before the text of a plain scalar, which may look like anything.
const scalarFollows = "\u001f";
// What else it says that is not in the text: a document starts, a flow collection ends early.
const marks: ReadonlySet<string> = new Set(["\u0002", "\u0018", scalarFollows]);

/** What makes YAML too much to parse, and the offset at which it does. */
export interface YamlExcess {
  readonly offset: number;
  readonly found: string;
  readonly expected: string;
}

/** Looks whether YAML has more than 100 levels, where a column of indentation counts as a level, or more than 10,000 words and marks. */
export function findExcess(text: string): YamlExcess | undefined {
  let offset = 0;
  let tokens = 0;
  let flowDepth = 0;
  let lineDepth = 0;
  let isLineStart = true;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > maximumTokens) return excess(offset, maximumTokens, "words and marks");
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
    if (flowDepth + lineDepth > maximumDepth) return excess(offset, maximumDepth, "levels");
    isLineStart = token.endsWith("\n");
    offset += token.length;
  }
  return undefined;
}

function excess(offset: number, maximum: number, things: string): YamlExcess {
  return { offset, found: `more than ${maximum} ${things}`, expected: `at most ${maximum}` };
}
