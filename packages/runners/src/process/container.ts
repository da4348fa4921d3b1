import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { ModelManifest } from "../manifest.js";
import { requireText } from "../remote/model-connection.js";
import { childEnvironment } from "./child-environment.js";
import { findFreePort } from "./free-port.js";
import { startServerProcess, type ServerProcess } from "./server-process.js";

/** Where the published template images listen. */
const portInside = 45_000;

/**
 * Starts a container of `runner.image` with the memory and processors of the manifest, reachable from this machine only.
 * `runner.engine` is the program that does it: docker when not given; podman takes the same parameters.
 */
export async function startContainer(
  manifest: ModelManifest,
  signal: AbortSignal,
): Promise<{ address: string; life: ServerProcess }> {
  const image = requireText(manifest, "image");
  const engine = manifest.runner["engine"] === undefined ? "docker" : requireText(manifest, "engine");
  const port = await findFreePort();
  signal.throwIfAborted();
  const name = `millrace-${manifest.identifier}-${randomBytes(4).toString("hex")}`;
  const environment = childEnvironment(manifest.cpuCount, {});
  const parameters = Object.entries({
    "--name": name,
    "--publish": `127.0.0.1:${port}:${portInside}`,
    "--env": `PSC_MODEL_PORT=${portInside}`,
    "--memory": String(manifest.memoryBytes),
    "--cpus": String(Math.max(0.01, manifest.cpuCount)),
    ...(manifest.gpuCount > 0 ? { "--gpus": String(manifest.gpuCount) } : {}),
    ...sharedVolume(manifest),
  }).flat();
  const command = [engine, "run", "--rm", ...parameters, image];
  const life = startServerProcess(manifest, { command, directory: manifest.directory, environment });
  const stop = async () => {
    await life.stop();
    // Ending the engine's client does not always end the container; that of a container that is gone already fails, rightly.
    await promisify(execFile)(engine, ["rm", "--force", name], { env: environment }).catch(() => undefined);
  };
  return { address: `127.0.0.1:${port}`, life: { ...life, stop } };
}

/** The directory through which the HTTP contract hands files over. */
function sharedVolume({ runner }: ModelManifest): Readonly<Record<string, string>> {
  const { here, there } = (runner["directory"] ?? {}) as { here?: unknown; there?: unknown };
  return typeof here === "string" && typeof there === "string" ? { "--volume": `${here}:${there}` } : {};
}
