const orders = new WeakMap<object, readonly string[]>();

/** The names of a parsed object in the order of its text; JavaScript sorts those that look like numbers before all others. */
export function namesOf(object: object): readonly string[] {
  return orders.get(object) ?? Object.keys(object);
}

/** One object of a JSON text has a name twice; parsers take the last, and some readers the first. */
export class DuplicateName extends Error {
  override readonly name = "DuplicateName";

  constructor(
    /** The object, from the top of the text. */
    readonly path: readonly string[],
    readonly duplicate: string,
  ) {
    super("An object has a name twice.");
  }
}

/** An object or a list of the text whose end has not come. */
interface Open {
  /** As it was parsed. */
  readonly value: object;
  /** In the order of the text; undefined for a list. */
  readonly names: string[] | undefined;
  /** The same where they are many. */
  seen: Set<string> | undefined;
  /** The name, or the index, of the value that is being read. */
  at: string | number;
  isNameNext: boolean;
  hasNumber: boolean;
}

/**
 * Checks the names of all objects of a JSON text, and remembers their order for {@link namesOf}.
 *
 * @param text valid JSON.
 * @param value what it was parsed to.
 * @throws DuplicateName
 */
export function checkNames(text: string, value: unknown): void {
  // An object that was parsed from a name twice has one less; the order is JavaScript's own where no name looks like a number.
  if (countPlainNames(text) === countNames(value)) return;
  checkEachName(text, value);
}

/** How many names a JSON text has; NaN if one is escaped, or looks like a number. */
function countPlainNames(text: string): number {
  let count = 0;
  let backslash = placeOf(text, "\\", 0);
  for (let start = text.indexOf('"'); start >= 0;) {
    const end = endOfString(text, start);
    let next = end + 1;
    while (isSpace(text.charCodeAt(next))) next += 1;
    if (text.charCodeAt(next) === colon) {
      if (isDigit(text.charCodeAt(start + 1)) && /^\d+$/.test(text.slice(start + 1, end))) return NaN;
      if (backslash < start) backslash = placeOf(text, "\\", start);
      if (backslash < end) return NaN;
      count += 1;
    }
    start = text.indexOf('"', next);
  }
  return count;
}

/** Beyond its end where there is none. */
function placeOf(text: string, searched: string, from: number): number {
  const found = text.indexOf(searched, from);
  return found < 0 ? text.length : found;
}

const colon = 0x3a;
const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isSpace = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Without recursion: a text may be nested deeper than the stack is. */
function countNames(value: unknown): number {
  let count = 0;
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    const children: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) count += children.length;
    for (const child of children) if (typeof child === "object" && child !== null) waiting.push(child);
  }
  return count;
}

function checkEachName(text: string, value: unknown): void {
  const open: Open[] = [];
  let top: Open | undefined;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case 0x22: {
        const end = endOfString(text, index);
        if (top?.isNameNext === true) takeName(open, top, text.slice(index, end + 1));
        index = end;
        break;
      }
      case 0x7b:
      case 0x5b: {
        const isObject = text.charCodeAt(index) === 0x7b;
        const child: unknown = top === undefined ? value : (top.value as Record<string | number, unknown>)[top.at];
        const names = isObject ? [] : undefined;
        top = { value: child as object, names, seen: undefined, at: 0, isNameNext: isObject, hasNumber: false };
        open.push(top);
        break;
      }
      case 0x2c:
        if (top === undefined) break;
        if (top.names === undefined) top.at = Number(top.at) + 1;
        else top.isNameNext = true;
        break;
      case 0x7d:
      case 0x5d:
        if (top?.hasNumber === true && top.names !== undefined) orders.set(top.value, top.names);
        open.pop();
        top = open.at(-1);
        break;
      default:
    }
  }
}

// Up to so many, a list is searched faster than a set is made.
const few = 8;

function takeName(open: readonly Open[], top: Open, quoted: string): void {
  const name = quoted.includes("\\") ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  const { names = [] } = top;
  if (names.length === few) top.seen = new Set(names);
  if (top.seen === undefined ? names.includes(name) : top.seen.has(name))
    throw new DuplicateName(
      open.slice(0, -1).map(({ at }) => String(at)),
      name,
    );
  names.push(name);
  top.seen?.add(name);
  top.at = name;
  top.isNameNext = false;
  top.hasNumber ||= /^\d{1,10}$/.test(name);
}

/** The index of the closing quote of the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}
