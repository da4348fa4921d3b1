import { join } from "node:path";
import { faultOf, folderOf, type Suite } from "../suite.js";

// The newest version that the module proxy hands out (it refuses v0.0.7); go.mod names it.
const version = "v0.0.6";

export const go: Suite = {
  name: "go",
  client: `github.com/modzy/sdk-go ${version}`,
  prepare(cacheFolder) {
    const workingDirectory = folderOf("go");
    if (faultOf("go", ["version"], ".") !== undefined) return { notice: "no Go was found" };
    const command = join(cacheFolder, "conformance");
    const unavailable = faultOf("go", ["mod", "download"], workingDirectory);
    if (unavailable !== undefined) return { notice: `sdk-go ${version} could not be fetched: ${unavailable}` };
    const fault = faultOf("go", ["build", "-o", command, "."], workingDirectory);
    if (fault !== undefined) throw new Error(`The Go program does not build: ${fault}`);
    return { command, arguments: [], workingDirectory };
  },
};
