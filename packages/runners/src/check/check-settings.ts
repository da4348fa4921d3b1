import { describeFault, findSchemaFaults, type ManifestFault } from "../manifest/manifest-fault.js";
import type { Validator } from "@millrace/contract/mismatch";

/** A part of model.yaml is not what its runner needs. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";

  readonly faults: readonly [ManifestFault, ...ManifestFault[]];

  /**
   * @param found the value to report if the fault has none.
   * @param others what is wrong besides.
   */
  constructor(
    fault: ManifestFault,
    readonly found?: unknown,
    others: readonly ManifestFault[] = [],
  ) {
    super(`model.yaml: ${describeFault(fault, found)}`);
    this.faults = [fault, ...others];
  }
}

/** @throws SettingsError for the fields that are not valid. */
export function checkSettings(path: readonly string[], validator: Validator, value: unknown): void {
  const [fault, ...others] = findSchemaFaults(validator, value, path);
  if (fault === undefined) return;
  const inside = fault.path.slice(path.length);
  throw new SettingsError(
    fault,
    inside.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value),
    others,
  );
}

/**
 * Runs every check, so that all faults are reported at once.
 *
 * @throws SettingsError
 */
export function checkEach(...checks: readonly (() => void)[]): void {
  const [first, ...others] = checks.flatMap((check) => settingsErrorOf(check) ?? []);
  if (first === undefined) return;
  const [fault, ...besides] = first.faults;
  throw new SettingsError(fault, first.found, [...besides, ...others.flatMap(({ faults }) => faults)]);
}

/** What a check refuses; other errors are thrown. */
export function settingsErrorOf(check: () => unknown): SettingsError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
}

/**
 * By the kind that a part of model.yaml says it is, so that an error names the field of that kind.
 *
 * @throws SettingsError for the fields that are not valid.
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
