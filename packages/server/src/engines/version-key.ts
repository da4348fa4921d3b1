import type { ModelManifest } from "@millrace/runners";

/** Identifies the files that engines are loaded from. A version deleted and redeployed under the same number gets another key. */
export function versionKey({ identifier, version, revision }: ModelManifest): string {
  return `${identifier}/${version}${revision === undefined ? "" : `/${revision}`}`;
}
