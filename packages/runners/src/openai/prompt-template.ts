import { decodeText, TextEncodingError } from "@millrace/contract";
import type { DataItems } from "../runner.js";
import { DataItemError, requireItem } from "../tensors/data-item-error.js";

const placeholder = /\{\{([^{}]*)\}\}/g;

/** The data items that a template names. */
export function itemsOfTemplate(template: string): readonly string[] {
  return [...template.matchAll(placeholder)].map(([, name = ""]) => name.trim());
}

/**
 * The template with the texts of the data items. Placeholders in a text stay as they are.
 *
 * @throws DataItemError when a data item is missing, empty or not UTF-8.
 */
export function fillTemplate(template: string, items: DataItems): string {
  return template.replace(placeholder, (_whole, name: string) => textOf(items, name.trim()));
}

function textOf(items: DataItems, name: string): string {
  try {
    return decodeText(requireItem(items, name));
  } catch (error) {
    if (error instanceof TextEncodingError)
      throw new DataItemError(`Data item ${JSON.stringify(name)} ${error.message}.`);
    throw error;
  }
}
