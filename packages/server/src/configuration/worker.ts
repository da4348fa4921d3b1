import { availableParallelism } from "node:os";
import Type from "typebox";
import { parseSizeBytes } from "@millrace/runners";
import type { WorkerResources } from "../worker/placement.js";
import { machineMemoryBytes, memorySize } from "./memory.js";
import type { Given, Settings } from "./settings.js";

export const workerVariables = {
  MILLRACE_WORKER_LABELS: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z0-9_.-]+(,[A-Za-z0-9_.-]+)*$",
      expected: "labels of letters, digits, _, . and -, separated by commas",
      description:
        "Comma-separated labels of this worker. A version that requires a label runs only on workers that have it.",
    }),
  ),
  MILLRACE_WORKER_MEMORY: Type.Optional(
    Type.String({
      ...memorySize,
      description:
        "Memory that all engines of this worker may use together, for example `8G`. Default: three quarters of the machine's memory.",
    }),
  ),
  MILLRACE_WORKER_GPUS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,3}$",
      expected: "a whole number from 0 to 999",
      description: "Number of GPUs that this worker's engines may use. Default: 0.",
    }),
  ),
  MILLRACE_WORKER_LEASE_SECONDS: Type.Optional(
    Type.String({
      pattern: "^([3-9]|[1-9]\\d{1,3})$",
      expected: "a whole number of seconds from 3 to 9999",
      description:
        "Seconds without a heartbeat until other workers take over this worker's chunks; at least 3. Default: 15.",
    }),
  ),
  MILLRACE_STOP_GRACE_SECONDS: Type.Optional(
    Type.String({
      pattern: "^\\d{1,4}$",
      expected: "a whole number of seconds from 0 to 9999",
      description: "Seconds that a stopping worker has to finish its chunks before it hands them back. Default: 5.",
    }),
  ),
  MILLRACE_PROBE_PORT: Type.Optional(
    Type.String({
      pattern: "^\\d{1,5}$",
      expected: "a port from 0 to 65535",
      description:
        "A port, on every address of the machine, for the probes of an orchestrator: `/livez` answers while this process works, `/readyz` while it reaches the database and its queue. Made for workers, which have no API. Default: none.",
    }),
  ),
};

/** What a worker may use, and how long others wait for it. */
export interface WorkerConfiguration {
  /** What this machine offers to engines. */
  readonly workerResources: WorkerResources;
  /** How long this worker may be silent before others take its chunks. */
  readonly workerLeaseMs: number;
  /** How long a stop waits for running chunks before they are handed back. */
  readonly stopGraceMs: number;
  /** Where probes are answered, 0 for any free port; undefined: nowhere. */
  readonly probePort: number | undefined;
}

export function workerConfiguration(
  given: Given<WorkerConfiguration>,
  settings: Settings<typeof workerVariables>,
): WorkerConfiguration {
  const { MILLRACE_PROBE_PORT: probePort } = settings;
  return {
    workerResources: given.workerResources ?? {
      cpuCount: availableParallelism(),
      memoryBytes:
        settings.MILLRACE_WORKER_MEMORY === undefined
          ? Math.floor(machineMemoryBytes() * 0.75)
          : parseSizeBytes(settings.MILLRACE_WORKER_MEMORY),
      gpuCount: Number(settings.MILLRACE_WORKER_GPUS ?? 0),
      labels: settings.MILLRACE_WORKER_LABELS?.split(",") ?? [],
    },
    workerLeaseMs: given.workerLeaseMs ?? Number(settings.MILLRACE_WORKER_LEASE_SECONDS ?? 15) * 1_000,
    stopGraceMs: given.stopGraceMs ?? Number(settings.MILLRACE_STOP_GRACE_SECONDS ?? 5) * 1_000,
    probePort: given.probePort ?? (probePort === undefined ? undefined : Number(probePort)),
  };
}
