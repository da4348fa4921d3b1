/** Identifies a queued task's model version, so workers skip versions they can't run. `versionKey` identifies loaded files. */
export function taskVersionKey(modelIdentifier: string, version: string): string {
  return `${modelIdentifier}/${version}`;
}
