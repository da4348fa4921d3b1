import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { access } from "../end-to-end/workload.js";
import type { Run, Side } from "./side.js";
import { bucket, keyOf } from "./workload.js";

const packages = ["boto3", "numpy", "onnxruntime", "pillow", "tokenizers"];
const script = fileURLToPath(new URL("script.py", import.meta.url));

/** Of Python and what the script imports; undefined when something is missing. */
export async function findPythonVersions(python: string): Promise<string | undefined> {
  const code =
    "import importlib.metadata as m, platform\n" +
    `print(", ".join(["Python " + platform.python_version()] + [f"{p} {m.version(p)}" for p in ${JSON.stringify(packages)}]))`;
  try {
    return (await promisify(execFile)(python, ["-c", code])).stdout.trim();
  } catch {
    return undefined;
  }
}

/** Why there is no script to compare with. */
export function missingScript(python: string): string {
  return `The Python script is missing: ${python} lacks ${packages.join(", ")}; install them in a virtual environment and pass --python FILE`;
}

/** @param sessionThreads of each run of the model; 0: as many as ONNX Runtime chooses. */
export function scriptSide(python: string, endpoint: string, sessionThreads: number): Side {
  return {
    name: `Python script, ${sessionThreads === 0 ? "sessions by default" : `${sessionThreads} thread a session`}`,
    async start() {
      const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
      const exit = once(child, "exit");
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      // What it imports is loaded, as Millrace's server is.
      await lines.next();
      return {
        pid: child.pid!,
        async run(workload) {
          const { accessKeyId, secretAccessKey, region } = access;
          const task = {
            kind: workload.kind,
            model: workload.directory,
            endpoint,
            bucket,
            sessionThreads,
            access: { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey, region_name: region },
            keys: Array.from({ length: workload.inputCount }, (_, index) => keyOf(workload, index)),
          };
          child.stdin.write(`${JSON.stringify(task)}\n`);
          const { value } = await lines.next();
          if (value === undefined) throw new Error("The script ended: see the lines above.");
          return JSON.parse(value) as Run;
        },
        async close() {
          child.stdin.end();
          await exit;
        },
      };
    },
  };
}
