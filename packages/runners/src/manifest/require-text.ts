import type { ModelManifest } from "./manifest.js";

/** @throws Error naming the field, when `runner.<name>` of the model.yaml is not a text. */
export function requireText(manifest: ModelManifest, name: string): string {
  const value = manifest.runner[name];
  if (typeof value === "string" && value !== "") return value;
  throw new Error(
    `runner.${name} of the model.yaml of ${manifest.name} ${manifest.version} must be a string; found ${JSON.stringify(value) ?? "nothing"}.`,
  );
}
