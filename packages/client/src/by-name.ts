/** Values by name. A Map keeps the order of its names; an object puts names such as "10" and "2" first, in numerical order. */
export type ByName<Value> = Readonly<Record<string, Value>> | ReadonlyMap<string, Value>;

export function entriesOf<Value>(values: ByName<Value>): Iterable<readonly [string, Value]> {
  return values instanceof Map ? (values as ReadonlyMap<string, Value>) : Object.entries(values);
}
