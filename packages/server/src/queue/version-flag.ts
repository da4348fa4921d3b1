/** Marks the tasks of a model version, so that a worker can leave those out that it cannot run now. */
export function versionFlag(modelIdentifier: string, version: string): string {
  return `${modelIdentifier}/${version}`;
}
