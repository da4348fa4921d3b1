import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type ScalarTag,
  type YAMLMap,
} from "yaml";
import { readYamlText } from "./yaml-text.js";

// Those of models have none. Each may stand for the whole file, and to resolve one takes a walk through it.
const maximumAliases = 100;

/** A file in YAML and where everything is in it. */
export interface YamlFile {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  /** What every alias stands for. */
  readonly targets: ReadonlyMap<unknown, Node>;
}

/** `!!float '1'`, as published files have it; the parser itself accepts only what would be a fraction without the tag. */
const taggedFloat: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  resolve: (text, onError) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isNaN(value)) onError(`${JSON.stringify(text.slice(0, 80))} is not a number`);
    return value;
  },
};

/**
 * Parses a YAML file that somebody sent, if it is there: at most 32 KiB, 100 levels, 10,000 words and marks and 100 aliases, no field
 * twice, no NUL.
 *
 * @throws Error with one sentence that begins with the place.
 */
export async function readYamlFile(file: string): Promise<YamlFile | undefined> {
  const text = await readYamlText(file);
  if (text === undefined) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    // Warnings would go to the log of the server, with parts of the file.
    logLevel: "error",
    // These two take time that grows with the square of the size: `refuseHostile` looks for fields that are there twice.
    uniqueKeys: false,
    prettyErrors: false,
    customTags: (tags) => [...tags, taggedFloat],
  });
  const refuse = (offset: number, problem: string) => {
    const { line, col } = lines.linePos(offset);
    return new Error(`${file}:${line}:${col}: the file is not valid${problem}.`);
  };
  const [fault] = document.errors;
  if (fault !== undefined) throw refuse(fault.pos[0], ` YAML: ${fault.message}`);
  const targets = refuseHostile(document, (node, found, expected) =>
    refuse(node?.range?.[0] ?? 0, `: found ${found}, expected ${expected}`),
  );
  return { file, document, lines, targets };
}

/** @throws what `refuse` returns. */
function refuseHostile(
  document: Document,
  refuse: (node: Node | null | undefined, found: string, expected: string) => Error,
): ReadonlyMap<unknown, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  visit(document, (_key, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) throw refuse(node, `*${node.source}`, `an anchor &${node.source} before it`);
      targets.set(node, target);
      if (targets.size > maximumAliases)
        throw refuse(node, `more than ${maximumAliases} aliases`, `at most ${maximumAliases}`);
    }
    if (isScalar(node) || isCollection(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    }
    if (isScalar(node) && typeof node.value === "string" && node.value.includes("\u0000"))
      throw refuse(node, "the character NUL", "a string without it");
    if (isMap(node)) refuseTwins(node, (key, name) => refuse(key, `${JSON.stringify(name)} twice`, "every field once"));
  });
  return targets;
}

/** @throws what `refuse` returns. */
function refuseTwins({ items }: YAMLMap, refuse: (key: Node, name: string) => Error): void {
  const names = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (names.has(name)) throw refuse(key, name.slice(0, 80));
    names.add(name);
  }
}

/**
 * The value of the file.
 *
 * @throws Error with one sentence when its aliases expand to too much.
 */
export function valueOf({ file, document, lines, targets }: YamlFile): unknown {
  try {
    return document.toJS() as unknown;
  } catch {
    const [first] = targets.keys();
    const { line, col } = lines.linePos((first as Node | undefined)?.range?.[0] ?? 0);
    throw new Error(
      `${file}:${line}:${col}: the file is not valid: found aliases that expand to too much, expected at most ${maximumAliases} of them.`,
    );
  }
}
