/**
 * What steers a terminal, or makes it show text in another order than it is in: controls (C0, DEL, C1), line separators, and marks of
 * writing direction.
 */
const steering = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

/** Text of others on one line of a terminal, with whatever would steer it as an escape such as `\u001b`. */
export function printable(text: string): string {
  return text.replace(steering, escapeOf);
}

/** As {@link printable}, but line ends stay. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** A value whose every text, also the names in it, is {@link printable}. */
export function printableIn<Value>(value: Value): Value {
  return printableParts(value) as Value;
}

function printableParts(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(printableParts);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [printable(name), printableParts(part)]));
}

/** JSON that means the same, without what steers a terminal: JSON itself escapes only the first 32 controls. */
export function printableJson(value: unknown, indent?: number): string {
  return printableLines(JSON.stringify(value, null, indent));
}

// The form that JSON has, too.
function escapeOf(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
