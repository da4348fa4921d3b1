import { posix } from "node:path";
import type { KindSettings } from "../check/kind-settings.js";
import type { RunnerSettings } from "../manifest/manifest.js";
import type { ManifestFault } from "../manifest/manifest-fault.js";
import { findServerFaults, serverKeys } from "../remote/server-settings.js";

export const httpContainerSettings: KindSettings = {
  keys: () => [...serverKeys, "directory"],
  find: (settings) => [...findServerFaults(settings), ...findExchangeFaults(settings)],
};

/** Files are handed over in a folder; for a container it is one of Millrace's own, never one of the machine's. */
function findExchangeFaults({ image, directory: shared }: RunnerSettings): readonly ManifestFault[] {
  if (image === undefined || shared === undefined) return [];
  if (typeof shared === "string" && posix.isAbsolute(shared) && !shared.includes(":")) return [];
  return [{ path: ["runner", "directory"], expected: "an absolute path in the container, such as /exchange" }];
}
