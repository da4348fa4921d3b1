import type { Runner } from "../runner.js";
import type { ConnectModel } from "../remote/model-connection.js";
import { connectEngine } from "../remote/remote-runner.js";
import { childEnvironment } from "../isolation/child-environment.js";
import { findFreePort } from "../isolation/free-port.js";
import { parseProcessSettings, type ProcessSettings } from "./process-settings.js";
import { startModelProcess } from "../isolation/model-process.js";
import { withTimeLimit } from "../isolation/time-limit.js";

const protocols: Readonly<Record<ProcessSettings["protocol"], () => Promise<ConnectModel>>> = {
  "grpc-container": async () => (await import("../grpc-container/grpc-connection.js")).connectGrpcContainer,
  "http-container": async () => (await import("../http-container/http-connection.js")).connectHttpContainer,
  "open-inference": async () => (await import("../open-inference/connect.js")).connectOpenInference,
};

/**
 * Runs models that are a program serving one of the protocols: `runner: {kind: process, command: [python3, serve.py], protocol}`.
 * The program finds its port in `PSC_MODEL_PORT`, or where its parameters say `{port}`.
 */
export const processRunner: Runner = {
  kind: "process",
  async load(manifest, signal) {
    const { command, protocol, environment = {} } = parseProcessSettings(manifest);
    const [connect, port] = await Promise.all([protocols[protocol](), findFreePort()]);
    signal.throwIfAborted();
    const server = startModelProcess(manifest, {
      // Within the engine's process, which has the limits of model.yaml and whose end is the end of both.
      hasGroup: false,
      memoryBytes: Number.POSITIVE_INFINITY,
      command: command.map((part) => part.replaceAll("{port}", String(port))),
      directory: manifest.directory,
      environment: childEnvironment(manifest.cpuCount, { PSC_MODEL_PORT: String(port), ...environment }),
    });
    // The engine's process started when its time to load did.
    const restMs = Math.max(0, manifest.loadTimeoutMs - Math.floor(performance.now()));
    return connectEngine(manifest, connect, `127.0.0.1:${port}`, withTimeLimit(signal, restMs), server);
  },
};
