import { askContainerEngine } from "./container-engine.js";

const name = "millrace-models";

/**
 * A network that reaches only this machine, created on first use; undefined if this machine cannot reach containers by address:
 * on macOS and Windows, and with a rootless engine.
 */
export async function internalNetwork(engine: string, signal: AbortSignal): Promise<string | undefined> {
  if (process.platform !== "linux" || (await isRootless(engine, signal))) return undefined;
  const isThere = () => askContainerEngine(engine, ["network", "inspect", name], signal);
  try {
    await isThere();
  } catch {
    signal.throwIfAborted();
    // Containers of one network can reach each other, unless docker forbids it; podman has no such option.
    const apart = engine === "docker" ? ["--opt", "com.docker.network.bridge.enable_icc=false"] : [];
    // Another process may have created it first.
    await askContainerEngine(engine, ["network", "create", "--internal", ...apart, name], signal).catch(isThere);
  }
  return name;
}

async function isRootless(engine: string, signal: AbortSignal): Promise<boolean> {
  const field = engine === "podman" ? "{{.Host.Security.Rootless}}" : "{{.SecurityOptions}}";
  return /true|rootless/.test(await askContainerEngine(engine, ["info", "--format", field], signal));
}

/** A container's address in that network; empty while it starts. */
export async function addressInNetwork(engine: string, container: string, signal: AbortSignal): Promise<string> {
  const field = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  try {
    return (await askContainerEngine(engine, ["inspect", "--format", field, container], signal)).trim();
  } catch {
    signal.throwIfAborted();
    return "";
  }
}
