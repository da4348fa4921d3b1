/** Identifies the model version of a queued task, so that a worker can skip versions it cannot run. `versionKey` identifies loaded files. */
export function taskVersionKey(modelIdentifier: string, version: string): string {
  return `${modelIdentifier}/${version}`;
}
