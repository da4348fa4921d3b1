import Type, { type Static } from "typebox";
import { FailureCode } from "./result.js";
import { InputStatus, JobStatus } from "./status.js";

/** The `state` event of `GET /jobs/{job}/events`: sent first, and whenever one of these has changed. */
export const JobStateEvent = Type.Object({
  status: JobStatus,
  paused: Type.Boolean(),
  statusReason: Type.Union([Type.String(), Type.Null()]),
});
export type JobStateEvent = Static<typeof JobStateEvent>;

/** The `progress` event: numbers of inputs. */
export const JobProgressEvent = Type.Object({
  total: Type.Integer(),
  completed: Type.Integer(),
  failed: Type.Integer(),
  pending: Type.Integer(),
});
export type JobProgressEvent = Static<typeof JobProgressEvent>;

/** The `input` event: an input has finished. Its id goes up by one with every input. */
export const InputFinishedEvent = Type.Object({
  name: Type.String(),
  status: InputStatus,
  code: FailureCode,
  error: Type.Union([Type.String(), Type.Null()]),
});
export type InputFinishedEvent = Static<typeof InputFinishedEvent>;
