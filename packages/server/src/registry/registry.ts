/** Things of one kind, each found by its `type`. */
export interface Registry<Entry extends { readonly type: string }> {
  /** Undefined when there is none of that type. */
  find(type: string): Entry | undefined;
  /** @throws Error naming the type and the types there are. */
  require(type: string): Entry;
}

/**
 * @param kind what an entry is called in a sentence ("input source").
 * @throws Error when two entries have the same type.
 */
export function createRegistry<Entry extends { readonly type: string }>(
  kind: string,
  entries: readonly Entry[],
): Registry<Entry> {
  const byType = new Map<string, Entry>();
  for (const entry of entries) {
    if (byType.has(entry.type)) throw new Error(`There are two ${kind}s of type ${JSON.stringify(entry.type)}.`);
    byType.set(entry.type, entry);
  }
  return {
    find: (type) => byType.get(type),
    require(type) {
      const entry = byType.get(type);
      if (entry !== undefined) return entry;
      throw new Error(`Unknown ${kind} ${JSON.stringify(type)}: expected one of ${[...byType.keys()].join(", ")}.`);
    },
  };
}
