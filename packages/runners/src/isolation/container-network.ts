import { askContainerEngine } from "./container-engine.js";

const name = "millrace-models";

/**
 * A network that leads nowhere but to this machine, made when it is asked for first; undefined where containers have no address that
 * this machine reaches: on macOS and Windows, and where the engine runs without root.
 */
export async function internalNetwork(engine: string, signal: AbortSignal): Promise<string | undefined> {
  if (process.platform !== "linux" || (await isRootless(engine, signal))) return undefined;
  const isThere = () => askContainerEngine(engine, ["network", "inspect", name], signal);
  try {
    await isThere();
  } catch {
    signal.throwIfAborted();
    // Containers of one network reach each other, unless docker is told otherwise; podman has no such option.
    const apart = engine === "docker" ? ["--opt", "com.docker.network.bridge.enable_icc=false"] : [];
    // Another process may have been faster.
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
