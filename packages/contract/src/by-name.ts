/**
 * An object for values by names that a caller chooses. It has no prototype: `constructor`, `toString` and `__proto__` are names like
 * any other, so that no name reaches what all objects share.
 *
 * @example
 * const sources = byName<string>();
 * sources["constructor"] ??= "a value of its own";
 */
export function byName<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
