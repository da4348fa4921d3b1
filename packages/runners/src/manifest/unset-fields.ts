import { isAlias, isMap, isScalar, isSeq, YAMLMap, type Pair } from "yaml";
import type { YamlFile } from "./yaml-file.js";

/** The fields that were taken out of each object, so that an error can point at them. */
export type UnsetFields = ReadonlyMap<unknown, readonly Pair[]>;

/**
 * Takes out of a `model.yaml` what is null, and what has nothing but nulls in a list: in the published files, whose templates have
 * every field, that means unset. An input or output that is null lacks all its fields. The settings of the runner stay as they are.
 */
export function takeOutNulls({ document, targets }: Pick<YamlFile, "document" | "targets">): UnsetFields {
  const unset = new Map<unknown, readonly Pair[]>();
  const emptied = new Set<unknown>();
  const isUnset = (node: unknown): boolean =>
    node === null ||
    node === undefined ||
    emptied.has(node) ||
    (isScalar(node) && node.value === null) ||
    (isAlias(node) && isUnset(targets.get(node)));
  const takeOut = (node: unknown): void => {
    if (isMap(node)) {
      for (const { value } of node.items) takeOut(value);
      takeOutOf(node);
    } else if (isSeq(node)) {
      for (const item of node.items) {
        takeOut(item);
        if (isMap(item) && item.items.length === 0 && unset.has(item)) emptied.add(item);
      }
      node.items = node.items.filter((item) => !isUnset(item));
    }
  };
  const takeOutOf = (map: YAMLMap): void => {
    const fields = map.items.filter(({ value }) => isUnset(value));
    if (fields.length === 0) return;
    unset.set(map, fields);
    map.items = map.items.filter((pair) => !fields.includes(pair));
  };
  const { contents } = document;
  if (!isMap(contents)) return unset;
  for (const pair of contents.items) {
    const name = isScalar(pair.key) ? pair.key.value : undefined;
    if (name === "runner") continue;
    if ((name === "inputs" || name === "outputs") && isMap(pair.value))
      for (const declared of pair.value.items) if (isUnset(declared.value)) declared.value = emptyAt(declared.key);
    takeOut(pair.value);
  }
  takeOutOf(contents);
  return unset;
}

/** An object without fields in the place of its name, for errors. */
function emptyAt(name: unknown): YAMLMap {
  const empty = new YAMLMap();
  if (isScalar(name)) empty.range = name.range ?? null;
  return empty;
}
