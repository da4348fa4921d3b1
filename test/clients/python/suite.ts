import { existsSync } from "node:fs";
import { join } from "node:path";
import { faultOf, folderOf, type Suite } from "../suite.js";

const version = "0.11.6";

export const python: Suite = {
  name: "python",
  client: `modzy-sdk ${version} from PyPI`,
  prepare(cacheFolder) {
    const noPython = faultOf("python3", ["-c", "import sys, venv, ensurepip; assert sys.version_info[0] == 3"], ".");
    if (noPython !== undefined) return { notice: "no Python 3 with venv was found" };
    const environment = join(cacheFolder, "venv");
    const command = join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
    const fault =
      (existsSync(command) ? undefined : faultOf("python3", ["-m", "venv", environment], cacheFolder)) ??
      faultOf(command, ["-m", "pip", "install", "--quiet", `modzy-sdk==${version}`], cacheFolder);
    if (fault !== undefined) return { notice: `modzy-sdk ${version} could not be installed: ${fault}` };
    return { command, arguments: ["-u", "conformance.py"], workingDirectory: folderOf("python") };
  },
};
