import { createRemoteRunner } from "../remote/remote-runner.js";
import { connectHttpContainer } from "./http-connection.js";

/**
 * Runs models behind the older HTTP container contract: `runner: {kind: http-container, address, directory}`, or `image`.
 * Files are handed over in a directory that both sides see.
 */
export const httpContainerRunner = createRemoteRunner("http-container", connectHttpContainer);
