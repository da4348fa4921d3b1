/** Text that is already markup. Only `html` creates it, so nothing else bypasses the escaping. */
export class Markup {
  private constructor(readonly text: string) {}

  static of(parts: TemplateStringsArray, values: readonly Content[]): Markup {
    return new Markup(String.raw({ raw: parts }, ...values.map(toText)));
  }
}

/** Values allowed in a template. */
export type Content = string | number | Markup | readonly Markup[] | undefined;

/**
 * A piece of a page: every value that is not markup is escaped, whatever its type claims to be; undefined is nothing.
 *
 * @example
 * html`<td title="${name}">${score}</td>`
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return Markup.of(parts, values);
}

function toText(value: unknown): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(toText).join("");
  // Whatever a type promised, a model may have returned something else.
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
