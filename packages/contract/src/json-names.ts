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
