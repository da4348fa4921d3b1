import { byName } from "@millrace/contract";
import type { DataItems, ModelManifest } from "@millrace/runners";
import { InputError } from "./input-error.js";
import { acceptItem } from "./media-type.js";
import type { FetchContext } from "./sources/input-source.js";
import { sourceRegistry, type FetchAccess } from "./sources/registry.js";

/** Where the data items of a job come from and what they are for. */
export interface InputOrigin {
  readonly access: FetchAccess;
  readonly manifest: ModelManifest;
}

/**
 * Fetches the data items of one input into memory.
 *
 * @param dataItemsJson the input's row: data item name -> where it is.
 * @throws InputError or S3Error with a sentence for the caller; nothing in it is secret.
 */
export async function fetchInput(
  dataItemsJson: string,
  { access, manifest }: InputOrigin,
  context: FetchContext,
): Promise<DataItems> {
  const locations = JSON.parse(dataItemsJson) as Record<string, unknown>;
  // A column of a query that is NULL has no location.
  const present = Object.entries(locations).filter(([, location]) => location !== null);
  checkDataItemNames(
    present.map(([name]) => name),
    Object.keys(locations).filter((name) => locations[name] === null),
    manifest,
  );
  const source = sourceRegistry.require(access.type);
  const items = byName<Uint8Array>();
  for (const [name, location] of present) {
    const declared = manifest.inputs.find((input) => input.name === name);
    const dataItem = { name, location, maximumSizeBytes: declared?.maximumSizeBytes ?? 0 };
    const bytes = await source.fetch(dataItem, access, context);
    items[name] = await acceptItem(name, bytes, declared?.acceptedMediaTypes ?? []);
  }
  return items;
}

function checkDataItemNames(names: readonly string[], nulls: readonly string[], manifest: ModelManifest): void {
  const expected = manifest.inputs.map((input) => input.name);
  if (names.length === expected.length && names.every((name) => expected.includes(name))) return;
  const wanted = nulls.filter((name) => expected.includes(name));
  if (wanted.length > 0)
    throw new InputError(
      "input.unexpected_data_items",
      `${manifest.name} ${manifest.version} expects ${list(expected)}; in this row ${list(wanted)} ${wanted.length === 1 ? "is" : "are"} NULL: leave such rows out of the query, or give NULL a value with coalesce().`,
    );
  throw new InputError(
    "input.unexpected_data_items",
    `${manifest.name} ${manifest.version} expects ${list(expected)}; this input has ${list(names)}: rename its data items.`,
  );
}

// A sentence for each input of a job is stored: it stays short however many names there are.
const maximumListed = 10;
const maximumNameLength = 80;

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, maximumListed)
    .map((name) => JSON.stringify(name.length > maximumNameLength ? `${name.slice(0, maximumNameLength)}…` : name));
  return shown.join(", ") + (names.length > maximumListed ? ` and ${names.length - maximumListed} more` : "");
}
