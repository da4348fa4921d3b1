import Type, { type Static } from "typebox";
import { WireDate } from "./wire-date.js";

/** The engines of one model version by state, and the inputs that wait for it. */
export const ProcessingEngines = Type.Object({
  identifier: Type.String(),
  version: Type.String(),
  failed: Type.Integer(),
  queued: Type.Integer({ description: "Submitted inputs that have not finished." }),
  spinningUp: Type.Integer(),
  spinningDown: Type.Integer(),
  running: Type.Integer(),
  ready: Type.Integer({ description: "Loaded engines, including running ones." }),
});
export type ProcessingEngines = Static<typeof ProcessingEngines>;

/** The engines of one model version by name. */
export const ProcessingModel = Type.Object({
  identifier: Type.String(),
  version: Type.String(),
  deployedAt: WireDate,
  engines: Type.Array(
    Type.Object({
      name: Type.String(),
      createdAt: WireDate,
      ready: Type.Boolean(),
      conditions: Type.Array(
        Type.Object({
          type: Type.String(),
          status: Type.String(),
          message: Type.Optional(Type.String({ description: "Why the engine is not ready." })),
        }),
      ),
    }),
  ),
  inputs: Type.Object({ queued: Type.Integer() }),
  jobs: Type.Object({ queued: Type.Integer() }),
  situations: Type.Array(Type.String()),
  modelDeploymentState: Type.Object({
    hasError: Type.Boolean(),
    ready: Type.Boolean(),
    beingMonitored: Type.Boolean(),
  }),
});
export type ProcessingModel = Static<typeof ProcessingModel>;

/** What `GET /models/processing-engines` answers. */
export const MinimumEngines = Type.Object({ minimumProcessingEnginesSum: Type.Integer() });
export type MinimumEngines = Static<typeof MinimumEngines>;
