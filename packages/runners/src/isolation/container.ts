import { randomBytes } from "node:crypto";
import { hostname, tmpdir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { ModelManifest } from "../manifest/manifest.js";
import { requireText } from "../manifest/require-text.js";
import {
  askContainerEngine,
  containerEngineEnvironment,
  containerEngines,
  findContainerEngine,
} from "./container-engine.js";
import { addressInNetwork, internalNetwork } from "./container-network.js";
import { findFreePort } from "./free-port.js";
import { startModelProcess, type ModelProcess } from "./model-process.js";

/** Where the published template images listen. */
const portInside = 45_000;
const processesAtMost = 1_024;
const addressIntervalMs = 50;

/**
 * Starts a container of `runner.image` with the memory and processors of the manifest, reachable from this machine only, without
 * rights, without a network that leads anywhere unless the manifest asks for one, and with nothing to write to but its /tmp.
 * `runner.engine` is the program that does it: docker or podman, whichever answers, when not given.
 *
 * @param volume a folder of this machine by the two names that it has here and there; none when not given.
 * @throws Error when there is no engine; the signal's reason.
 */
export async function startContainer(
  manifest: ModelManifest,
  signal: AbortSignal,
  volume?: { readonly here: string; readonly there: string },
): Promise<{ address: string; life: ModelProcess }> {
  const { image, engine } = await findImage(manifest);
  await removeForsakenContainers(engine);
  const network = manifest.needsNetwork === true ? undefined : await internalNetwork(engine, signal);
  const port = await findFreePort();
  signal.throwIfAborted();
  const name = `${namePrefix}${process.pid}-${manifest.identifier}-${randomBytes(4).toString("hex")}`;
  const threads = String(Math.max(1, Math.ceil(manifest.cpuCount)));
  const parameters = [
    ["--name", name],
    network === undefined ? ["--publish", `127.0.0.1:${port}:${portInside}`] : ["--network", network],
    ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", String(processesAtMost)],
    ["--read-only", "--tmpfs", `/tmp:rw,mode=1777,size=${manifest.memoryBytes}`, "--env", "HOME=/tmp"],
    ["--env", `PSC_MODEL_PORT=${portInside}`],
    ["--env", `OMP_NUM_THREADS=${threads}`],
    ["--memory", String(manifest.memoryBytes)],
    ["--cpus", String(Math.max(0.01, manifest.cpuCount))],
    ...(manifest.gpuCount > 0 ? [["--gpus", String(manifest.gpuCount)]] : []),
    ...(volume === undefined ? [] : [["--volume", `${volume.here}:${volume.there}`]]),
  ].flat();
  const life = startModelProcess(manifest, {
    command: [engine, "run", "--rm", ...parameters, image],
    directory: tmpdir(),
    environment: containerEngineEnvironment(),
    // Of the program that waits for the container; the container has the limits above.
    memoryBytes: Number.POSITIVE_INFINITY,
  });
  const stop = async () => {
    await life.stop();
    await removeContainers(engine, [name]);
  };
  if (network === undefined) return { address: `127.0.0.1:${port}`, life: { ...life, stop } };
  try {
    const starting = AbortSignal.any([signal, life.ended]);
    let host = "";
    while (host === "") {
      host = await addressInNetwork(engine, name, starting);
      if (host === "") await delay(addressIntervalMs, undefined, { signal: starting });
    }
    return { address: `${host}:${portInside}`, life: { ...life, stop } };
  } catch (error) {
    await stop();
    throw life.ended.aborted ? life.ended.reason : error;
  }
}

/** Name prefix of every container that processes on this machine start; the pid follows. */
const namePrefix = `millrace-${hostname().replaceAll(/[^a-zA-Z0-9_.-]/g, "-")}-`;

/** A container outlives a killed process; the next process that starts a container removes it. */
async function removeForsakenContainers(engine: string): Promise<void> {
  const listed = await askContainerEngine(engine, [
    "ps",
    "--all",
    "--filter",
    `name=${namePrefix}`,
    "--format",
    "{{.Names}}",
  ]);
  const forsaken = listed
    .split("\n")
    .filter((name) => name.startsWith(namePrefix) && !isAlive(Number.parseInt(name.slice(namePrefix.length), 10)));
  if (forsaken.length > 0) await removeContainers(engine, forsaken);
}

/** Both commands fail for a container that no longer exists, which is fine. */
async function removeContainers(engine: string, names: readonly string[]): Promise<void> {
  await askContainerEngine(engine, ["kill", ...names]).catch(() => undefined);
  await askContainerEngine(engine, ["rm", "--force", ...names]).catch(() => undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function findImage(manifest: ModelManifest): Promise<{ image: string; engine: string }> {
  const image = requireText(manifest, "image");
  const engine = manifest.runner["engine"] === undefined ? await findContainerEngine() : namedEngine(manifest);
  if (image.startsWith("-")) throw new Error(`${manifest.name} ${manifest.version} has no container image ${image}.`);
  if (engine === undefined)
    throw new Error(
      `${manifest.name} ${manifest.version} needs the container image ${image}, but neither docker nor podman responds on this machine.`,
    );
  return { image, engine };
}

/** Any other would let the model choose a program that runs with this process's privileges. */
function namedEngine(manifest: ModelManifest): string {
  const named = requireText(manifest, "engine");
  const engine = containerEngines.find((one) => one === named);
  if (engine === undefined)
    throw new Error(
      `runner.engine of the model.yaml of ${manifest.name} ${manifest.version} must be ${containerEngines.join(" or ")}; found ${JSON.stringify(named)}.`,
    );
  return engine;
}

/**
 * Pulls the image of a model if it is missing, with the engine's credentials.
 *
 * @throws Error when there is no engine, or it cannot pull the image; the signal's reason.
 */
export async function pullImage(manifest: ModelManifest, signal: AbortSignal): Promise<void> {
  const { name, version } = manifest;
  const { image, engine } = await findImage(manifest);
  try {
    await askContainerEngine(engine, ["image", "inspect", image], signal);
    return;
  } catch {
    signal.throwIfAborted();
  }
  try {
    await askContainerEngine(engine, ["pull", "--quiet", image], signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(
      `${engine} cannot pull the image ${image} of ${name} ${version} (${(error as Error).message}): check the name, ` +
        `and run "${engine} login" on this machine if the registry requires it.`,
      { cause: error },
    );
  }
}
