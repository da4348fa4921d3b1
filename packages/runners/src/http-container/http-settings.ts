import { posix } from "node:path";
import type { KindSettings } from "../check/kind-settings.js";
import type { RunnerSettings } from "../manifest/manifest.js";
import type { ManifestFault } from "../manifest/manifest-fault.js";
import { findServerFault, serverKeys } from "../remote/server-settings.js";

export const httpContainerSettings: KindSettings = {
  keys: () => [...serverKeys, "directory"],
  find: (settings) => findServerFault(settings) ?? findExchangeFault(settings),
};

/** Files are handed over in a folder; for a container it is one of Millrace's own, never one of the machine's. */
function findExchangeFault({ image, directory: shared }: RunnerSettings): ManifestFault | undefined {
  if (image === undefined || shared === undefined) return undefined;
  if (typeof shared === "string" && posix.isAbsolute(shared) && !shared.includes(":")) return undefined;
  return { path: ["runner", "directory"], expected: "an absolute path in the container, such as /exchange" };
}
