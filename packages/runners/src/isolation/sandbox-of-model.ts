import { stat } from "node:fs/promises";
import type { ModelManifest } from "../manifest/manifest.js";
import { findIsolation } from "./isolation.js";
import { sandboxCommand } from "./sandbox.js";

const readAndEnter = 0o005;

/**
 * The command that runs a model's process in its sandbox; undefined if this machine cannot create one.
 *
 * @throws Error with a sentence when the user that the process becomes may not read the model's folder.
 */
export async function sandboxOfModel(manifest: ModelManifest): Promise<readonly string[] | undefined> {
  if (!(await findIsolation()).isIsolated) return undefined;
  const { directory, memoryBytes, gpuCount, needsNetwork = false } = manifest;
  if (process.getuid?.() === 0 && ((await stat(directory)).mode & readAndEnter) !== readAndEnter) {
    throw new Error(
      `${manifest.name} ${manifest.version} cannot be loaded: as Millrace runs as root, models run as a user without rights, who may not ` +
        `read ${directory}: run "chmod -R a+rX ${directory}", or run Millrace as an ordinary user.`,
    );
  }
  return sandboxCommand({ directory, scratchBytes: memoryBytes, hasNetwork: needsNetwork, hasGpus: gpuCount > 0 });
}
