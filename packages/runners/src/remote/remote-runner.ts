import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import type { ModelManifest } from "../manifest/manifest.js";
import type { Engine, Runner } from "../runner.js";
import type { ServerLife } from "../isolation/server-life.js";
import { pullImage, startContainer } from "../isolation/container.js";
import { requireText } from "../manifest/require-text.js";
import type { ConnectModel } from "./model-connection.js";
import { serverPlace, type Outbound } from "./outbound.js";
import type { ServerKey } from "./server-keys.js";
import { createRemoteEngine, untilReady } from "./remote-engine.js";

/** The runner of a protocol: against `runner.address`, or a container of `runner.image` that it starts. */
export function createRemoteRunner(kind: string, connect: ConnectModel): Runner {
  return {
    kind,
    async prepare(manifest, signal) {
      if (manifest.runner["image"] !== undefined) await pullImage(manifest, signal);
    },
    async load(manifest, signal, outbound, serverKeys) {
      if (manifest.runner["image"] === undefined)
        return connectEngine(
          manifest,
          guarded(connect, outbound, serverKeys),
          requireText(manifest, "address"),
          signal,
        );
      const exchange = await makeExchange(manifest);
      const { address, life } = await startContainer(manifest, signal, exchange?.place);
      const stop = async () => {
        await life.stop();
        await exchange?.remove();
      };
      const placed = exchange === undefined ? manifest : withDirectory(manifest, exchange.place);
      return connectEngine(placed, connect, address, signal, { ...life, stop });
    },
  };
}

/** Says at once that an address is not allowed, instead of asking until the time limit. */
function guarded(
  connect: ConnectModel,
  outbound: Outbound | undefined,
  serverKeys: readonly ServerKey[] | undefined,
): ConnectModel {
  return async (manifest, address) => {
    if (outbound !== undefined) {
      const { host, port } = serverPlace(address);
      await outbound.resolve(host, port);
    }
    return connect(manifest, address, outbound, serverKeys);
  };
}

/** A folder of our own for the files of a container that takes them in one; the model says only where it sees it. */
async function makeExchange({ runner }: ModelManifest) {
  if (runner.kind !== "http-container") return undefined;
  const { directory: there = "/exchange" } = runner;
  if (typeof there !== "string" || !posix.isAbsolute(there) || there.includes(":"))
    throw new Error(
      `runner.directory of a container's model.yaml must be an absolute path in it; found ${JSON.stringify(there)}.`,
    );
  const here = await mkdtemp(join(tmpdir(), "millrace-exchange-"));
  // Whoever the container runs as must get in, and knows no name in it.
  await chmod(here, 0o711);
  return { place: { here, there }, remove: () => rm(here, { recursive: true, force: true }) };
}

function withDirectory(manifest: ModelManifest, directory: object): ModelManifest {
  return { ...manifest, runner: { ...manifest.runner, directory } };
}

/** Waits until the server is ready; one that does not become so is stopped. */
export async function connectEngine(
  manifest: ModelManifest,
  connect: ConnectModel,
  address: string,
  signal: AbortSignal,
  life?: ServerLife,
): Promise<Engine> {
  const connection = await connect(manifest, address);
  try {
    // One of its own, as waiting adds listeners and many engines may wait at once.
    const waiting = AbortSignal.any(life?.ended === undefined ? [signal] : [signal, life.ended]);
    await untilReady(manifest, connection, address, waiting);
  } catch (error) {
    connection.close();
    await life?.stop();
    throw error;
  }
  return createRemoteEngine(manifest, connection, life);
}
