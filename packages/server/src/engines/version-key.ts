import type { ModelManifest } from "@millrace/runners";

/** Identifies what engines are loaded from: a version that was deleted and redeployed under the same number is a different one. */
export function versionKey({ identifier, version, revision }: ModelManifest): string {
  return `${identifier}/${version}${revision === undefined ? "" : `/${revision}`}`;
}
