import type { KindSettings } from "../check/kind-settings.js";
import type { RunnerSettings } from "../manifest/manifest.js";
import type { ManifestFault } from "../manifest/manifest-fault.js";
import { findServerFault, serverKeys } from "../remote/server-settings.js";

export const httpContainerSettings: KindSettings = {
  keys: () => [...serverKeys, "directory"],
  find: (settings) => findServerFault(settings) ?? findExchangeFault(settings),
};

/** Files are handed over in a folder; one that a container does not see would fail every input. */
function findExchangeFault({ image, directory: shared }: RunnerSettings): ManifestFault | undefined {
  if (image === undefined || (typeof shared === "object" && shared !== null)) return undefined;
  const expected = "the shared folder, such as { here: /srv/exchange, there: /exchange }";
  return shared === undefined
    ? { path: ["runner", "directory"], is: "missing", expected }
    : { path: ["runner", "directory"], expected };
}
