/** A data item is not what the model takes; the message is that input's failure. */
export class DataItemError extends Error {
  override readonly name = "DataItemError";
}

/**
 * The bytes of a data item.
 *
 * @throws DataItemError when it is missing or empty.
 */
export function requireItem(items: Readonly<Record<string, Uint8Array>>, name: string): Uint8Array {
  const bytes = items[name];
  if (bytes === undefined) {
    const found =
      Object.keys(items)
        .map((key) => JSON.stringify(key))
        .join(", ") || "none";
    throw new DataItemError(`Data item ${JSON.stringify(name)} is missing; this input has ${found}.`);
  }
  if (bytes.byteLength === 0) throw new DataItemError(`Data item ${JSON.stringify(name)} is empty.`);
  return bytes;
}
