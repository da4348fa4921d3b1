import type { ModelManifest } from "@millrace/runners";

/** Tells apart what engines are loaded from: a version that was deleted and deployed anew under its number is another. */
export function versionKey({ identifier, version, revision }: ModelManifest): string {
  return `${identifier}/${version}${revision === undefined ? "" : `/${revision}`}`;
}
