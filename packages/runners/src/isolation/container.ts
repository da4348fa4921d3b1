import { randomBytes } from "node:crypto";
import { hostname, tmpdir } from "node:os";
import type { ModelManifest } from "../manifest/manifest.js";
import { requireText } from "../manifest/require-text.js";
import { askContainerEngine, containerEngineEnvironment, findContainerEngine } from "./container-engine.js";
import { findFreePort } from "./free-port.js";
import { startModelProcess, type ModelProcess } from "./model-process.js";

/** Where the published template images listen. */
const portInside = 45_000;

/**
 * Starts a container of `runner.image` with the memory and processors of the manifest, reachable from this machine only.
 * `runner.engine` is the program that does it: docker or podman, whichever answers, when not given.
 *
 * @throws Error when there is no engine; the signal's reason.
 */
export async function startContainer(
  manifest: ModelManifest,
  signal: AbortSignal,
): Promise<{ address: string; life: ModelProcess }> {
  const { image, engine } = await findImage(manifest);
  await removeForsakenContainers(engine);
  const port = await findFreePort();
  signal.throwIfAborted();
  const name = `${namePrefix}${process.pid}-${manifest.identifier}-${randomBytes(4).toString("hex")}`;
  const threads = String(Math.max(1, Math.ceil(manifest.cpuCount)));
  const parameters = [
    ["--name", name],
    ["--publish", `127.0.0.1:${port}:${portInside}`],
    ["--env", `PSC_MODEL_PORT=${portInside}`],
    ["--env", `OMP_NUM_THREADS=${threads}`],
    ["--memory", String(manifest.memoryBytes)],
    ["--cpus", String(Math.max(0.01, manifest.cpuCount))],
    ...(manifest.gpuCount > 0 ? [["--gpus", String(manifest.gpuCount)]] : []),
    ...sharedVolume(manifest),
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
  return { address: `127.0.0.1:${port}`, life: { ...life, stop } };
}

/** Of every container that this machine's processes start; the process's number comes next. */
const namePrefix = `millrace-${hostname().replaceAll(/[^a-zA-Z0-9_.-]/g, "-")}-`;

/** A container outlives a process that was killed; the next one that starts a container removes it. */
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

/** Both commands fail for a container that is gone already, rightly. */
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
  const engine =
    manifest.runner["engine"] === undefined ? await findContainerEngine() : requireText(manifest, "engine");
  if (engine === undefined)
    throw new Error(
      `${manifest.name} ${manifest.version} needs the container image ${image}, but neither docker nor podman responds on this machine.`,
    );
  return { image, engine };
}

/**
 * Pulls the image of a model if it is not there, with the logins that the engine has.
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

/** The directory through which the HTTP contract hands files over. */
function sharedVolume({ runner }: ModelManifest): readonly (readonly string[])[] {
  const { here, there } = (runner["directory"] ?? {}) as { here?: unknown; there?: unknown };
  return typeof here === "string" && typeof there === "string" ? [["--volume", `${here}:${there}`]] : [];
}
