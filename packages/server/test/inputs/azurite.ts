import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// 186 MB with what it depends on: too much for everybody who installs Millrace.
const version = "3.35.0";
const cache = fileURLToPath(new URL(`../../../../node_modules/.cache/azurite-${version}`, import.meta.url));

/** The storage account that Azurite has; its key is printed in its documentation. */
export const account = {
  name: "devstoreaccount1",
  key: "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

/** Microsoft's emulator of Azure storage, in a process of its own; it is installed when it is not there. */
export async function startAzurite(): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const program = join(cache, "node_modules/azurite/dist/src/blob/main.js");
  if (!existsSync(program)) {
    mkdirSync(cache, { recursive: true });
    await run("npm", ["install", "--prefix", cache, "--no-audit", "--no-fund", "--no-save", `azurite@${version}`]);
  }
  const options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry"];
  const child = spawn(process.execPath, [program, ...options, "--skipApiVersionCheck"], {
    cwd: cache,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /successfully listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address === undefined) continue;
    child.stdout.resume();
    return {
      endpoint: address,
      close: async () => {
        child.kill();
        await closed;
      },
    };
  }
  throw new Error("Azurite ended before it listened.");
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}.`));
    });
  });
}
