import type { KindSettings } from "../check/kind-settings.js";
import { findServerFaults, serverKeys } from "../remote/server-settings.js";

export const grpcContainerSettings: KindSettings = { keys: () => serverKeys, find: findServerFaults };
