import { formatWireDate, type ProcessingEngines, type ProcessingModel } from "@millrace/contract";
import type { Caller } from "../accounts/caller.js";
import { createParameters } from "../database/parameters.js";
import type { Database } from "../database/transaction.js";
import { formatBytes } from "../errors/format-bytes.js";
import { visibleModels } from "../models/visible-models.js";
import { runnableStatuses } from "../states/job-states.js";
import { sqlStatuses } from "../states/status-sql.js";
import type { EngineState } from "./engine-states.js";

interface VersionLoad {
  readonly identifier: string;
  readonly version: string;
  readonly deployedAt: Date;
  readonly inputs: number;
  readonly jobs: number;
  readonly memoryBytes: number;
  readonly gpuCount: number;
  readonly labels: readonly string[];
  /** Whether a live worker can run it, or has not seen it yet. */
  readonly isPlaced: boolean;
}

// By then every worker has seen a new version and reported whether it can run it.
const newsMs = 10_000;

/** Engines and waiting inputs of each active version, across all live workers. */
export async function readProcessingEngines(database: Database, caller: Caller): Promise<ProcessingEngines[]> {
  const engines = await readEngines(database);
  return (await readLoads(database, caller)).map(({ identifier, version, inputs }) => {
    const own = engines.filter((engine) => engine.identifier === identifier && engine.version === version);
    const count = (state: EngineState["state"]) => own.filter((engine) => engine.state === state).length;
    return {
      identifier,
      version,
      failed: count("failed"),
      queued: inputs,
      spinningUp: count("spinningUp"),
      spinningDown: count("spinningDown"),
      running: count("running"),
      // A running engine is a responsive one, too.
      ready: count("ready") + count("running"),
    };
  });
}

/** Engines and waiting inputs of each active version, by name. */
export async function readProcessingModels(database: Database, caller: Caller): Promise<ProcessingModel[]> {
  const engines = await readEngines(database);
  return (await readLoads(database, caller)).map((load) => {
    const { identifier, version, deployedAt, inputs, jobs } = load;
    const own = engines.filter((engine) => engine.identifier === identifier && engine.version === version);
    const isReady = (engine: EngineState) => engine.state === "ready" || engine.state === "running";
    return {
      identifier,
      version,
      deployedAt: formatWireDate(deployedAt),
      engines: own.map((engine) => ({
        name: engine.name,
        createdAt: engine.createdAt,
        ready: isReady(engine),
        conditions: [
          {
            type: "Ready",
            status: isReady(engine) ? "True" : "False",
            ...(engine.reason === undefined ? {} : { message: engine.reason }),
          },
        ],
      })),
      inputs: { queued: inputs },
      jobs: { queued: jobs },
      situations: [
        ...(load.isPlaced ? [] : [describeNeeds(load)]),
        ...new Set(own.flatMap(({ reason }) => reason ?? [])),
      ],
      modelDeploymentState: {
        hasError: own.some(({ state }) => state === "failed"),
        ready: own.some(isReady),
        beingMonitored: own.length > 0,
      },
    };
  });
}

async function readEngines(database: Database): Promise<EngineState[]> {
  const { rows } = await database.query<{ engines: EngineState[] }>("SELECT engines FROM millrace.living_workers");
  return rows.flatMap((row) => row.engines);
}

async function readLoads(database: Database, caller: Caller): Promise<VersionLoad[]> {
  const parameters = createParameters();
  const { rows } = await database.query<VersionLoad>(
    `SELECT v.model_identifier AS identifier, v.version, v.created_at AS "deployedAt",
       coalesce(sum(j.total - j.completed - j.failed), 0)::bigint AS inputs, count(j.id) AS jobs,
       coalesce((v.manifest->>'memoryBytes')::bigint, 0) AS "memoryBytes", coalesce((v.manifest->>'gpuCount')::int, 0) AS "gpuCount",
       coalesce(v.manifest->'labels', '[]') AS labels,
       EXISTS (SELECT FROM millrace.living_workers w WHERE w.runnable @> ARRAY[v.model_identifier || '/' || v.version]
         OR w.started_at < v.created_at AND v.created_at > now() - interval '${newsMs} ms') AS "isPlaced"
     FROM millrace.model_versions v LEFT JOIN millrace.jobs j
       ON j.model_identifier = v.model_identifier AND j.model_version = v.version AND j.status IN ${sqlStatuses(runnableStatuses)}
     WHERE v.status <> 'inactive' AND ${visibleModels(caller, "v", parameters)}
     GROUP BY v.model_identifier, v.version ORDER BY v.model_identifier, v.version_order`,
    parameters.values,
  );
  return rows;
}

function describeNeeds({ memoryBytes, gpuCount, labels }: VersionLoad): string {
  const needs = [
    `${formatBytes(memoryBytes)} of memory`,
    ...(gpuCount === 0 ? [] : [`${gpuCount} GPUs`]),
    ...labels.map((label) => `the label ${label}`),
  ].join(", ");
  return `No running worker can run it. Start one with ${needs}.`;
}
