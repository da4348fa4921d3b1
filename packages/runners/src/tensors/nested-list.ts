/**
 * Values as lists of lists, as deep as the shape is long, ready for JSON, which loses whole numbers beyond 2^53 (texts). Numbers that
 * are not finite stay, and fail the input where it is written.
 *
 * @param values as many as the shape stands for, or more.
 */
export function nestedList(values: ArrayLike<unknown>, shape: readonly number[]): unknown {
  let at = 0;
  const nest = (depth: number): unknown => {
    const size = shape[depth];
    if (size === undefined) return toJson(values[at++]);
    const list: unknown[] = [];
    for (let index = 0; index < size; index += 1) list.push(nest(depth + 1));
    return list;
  };
  // Nothing, in whatever shape: a server may call it a thousand million rows.
  return shape.includes(0) ? [] : nest(0);
}

function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value;
}
