import type { ModelManifest } from "../manifest/manifest.js";
import type { Engine, Runner } from "../runner.js";
import type { ServerLife } from "../isolation/server-life.js";
import { pullImage, startContainer } from "../isolation/container.js";
import { requireText } from "../manifest/require-text.js";
import type { ConnectModel } from "./model-connection.js";
import { serverPlace, type Outbound } from "./outbound.js";
import { createRemoteEngine, untilReady } from "./remote-engine.js";

/** The runner of a protocol: against `runner.address`, or a container of `runner.image` that it starts. */
export function createRemoteRunner(kind: string, connect: ConnectModel): Runner {
  return {
    kind,
    async prepare(manifest, signal) {
      if (manifest.runner["image"] !== undefined) await pullImage(manifest, signal);
    },
    async load(manifest, signal, outbound) {
      if (manifest.runner["image"] === undefined)
        return connectEngine(manifest, guarded(connect, outbound), requireText(manifest, "address"), signal);
      const { address, life } = await startContainer(manifest, signal);
      return connectEngine(manifest, connect, address, signal, life);
    },
  };
}

/** Says at once that an address is not allowed, instead of asking until the time limit. */
function guarded(connect: ConnectModel, outbound: Outbound | undefined): ConnectModel {
  if (outbound === undefined) return connect;
  return async (manifest, address) => {
    const { host, port } = serverPlace(address);
    await outbound.resolve(host, port);
    return connect(manifest, address, outbound);
  };
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
    const waiting = life?.ended === undefined ? signal : AbortSignal.any([signal, life.ended]);
    await untilReady(manifest, connection, address, waiting);
  } catch (error) {
    connection.close();
    await life?.stop();
    throw error;
  }
  return createRemoteEngine(manifest, connection, life);
}
