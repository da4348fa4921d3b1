import { entriesOf, type ByName } from "../by-name.js";

/**
 * JSON text of a value, with Maps as objects whose names keep their order.
 *
 * @param levels how deep Maps may lie in plain objects: by default as deep as the data items of a submission. What is below is written
 *   at once, which for 100,000 inputs is several times faster.
 */
export function writeJson(value: unknown, levels = 3): string | undefined {
  if (!(value instanceof Map) && (levels === 0 || Object.prototype.toString.call(value) !== "[object Object]"))
    return JSON.stringify(value);
  const members: string[] = [];
  for (const [name, one] of entriesOf(value as ByName<unknown>)) {
    const text = writeJson(one, Math.max(0, levels - 1));
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${members.join()}}`;
}
