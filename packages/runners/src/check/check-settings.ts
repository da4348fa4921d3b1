import { describeFault, findSchemaFault, type ManifestFault } from "../manifest/manifest-fault.js";
import type { Validator } from "@millrace/contract/mismatch";

/** A part of model.yaml is not what its runner needs. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";

  /** @param found the value to report if the fault has none. */
  constructor(
    readonly fault: ManifestFault,
    found?: unknown,
  ) {
    super(`model.yaml: ${describeFault(fault, found)}`);
  }
}

/** @throws SettingsError for the first field that is not valid. */
export function checkSettings(path: readonly string[], validator: Validator, value: unknown): void {
  const fault = findSchemaFault(validator, value, path);
  if (fault === undefined) return;
  const inside = fault.path.slice(path.length);
  throw new SettingsError(
    fault,
    inside.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value),
  );
}

/**
 * By the kind that a part of model.yaml says it is, so that an error names the field of that kind.
 *
 * @throws SettingsError for the first field that is not valid.
 */
export function checkByKind(
  path: readonly string[],
  discriminator: string,
  validators: Readonly<Record<string, Validator>>,
  value: unknown,
): void {
  const kind = (value as Readonly<Record<string, unknown>> | null | undefined)?.[discriminator];
  const validator = typeof kind === "string" && Object.hasOwn(validators, kind) ? validators[kind] : undefined;
  if (validator !== undefined) return checkSettings(path, validator, value);
  const expected = `one of ${Object.keys(validators).join(", ")}`;
  const field = [...path, discriminator];
  throw new SettingsError({ path: field, expected, ...(kind === undefined ? { is: "missing" } : {}) }, kind);
}
