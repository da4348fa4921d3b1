import Type, { type Static } from "typebox";
import { Team } from "./account.js";
import { inputFailureCodes } from "./input-failure-catalogue.js";
import { InputStatus } from "./status.js";
import { WireDate } from "./wire-date.js";

const nullableDate = Type.Union([WireDate, Type.Null()]);

const entryFields = {
  status: InputStatus,
  engine: Type.String({ description: "The engine that ran this input; empty while none has." }),
  startTime: nullableDate,
  updateTime: nullableDate,
  endTime: nullableDate,
  elapsedTime: Type.Integer({ description: "Milliseconds from the start of the fetch to the stored outcome." }),
  inputFetching: Type.Integer({ description: "Milliseconds spent fetching the data items." }),
  outputUploading: Type.Union([Type.Integer(), Type.Null()], {
    description: "Milliseconds spent writing outputs to the blob store; null if none were written there.",
  }),
  modelLatency: Type.Number({ description: "Milliseconds of fetch, model and output together." }),
  queueTime: Type.Integer({ description: "Milliseconds from submission to the start of this input." }),
  voting: Type.Object({ up: Type.Integer(), down: Type.Integer() }),
};

/**
 * What became of one input: the fields named here and one more for every output of the model, by its name.
 * A JSON output stands there parsed; any other is the address to download it from.
 */
export const InputResult = Type.Object(
  { ...entryFields, error: Type.Union([Type.String(), Type.Null()]) },
  { additionalProperties: true },
);
export type InputResult = Static<typeof InputResult> & Record<string, unknown>;

/** Null for inputs that succeeded, and for those that failed before codes were recorded. */
export const FailureCode = Type.Union([Type.Enum(inputFailureCodes), Type.Null()], {
  description: "Why the input failed, for programs: see docs/errors.md.",
});

/** Why one input failed: a code and a sentence. */
export const InputFailure = Type.Object({ ...entryFields, code: FailureCode, error: Type.String() });
export type InputFailure = Static<typeof InputFailure>;

/** What `GET /results/{job}` answers, also while the job runs. Times are whole milliseconds unless they say otherwise. */
export const JobResults = Type.Object({
  jobIdentifier: Type.String(),
  accountIdentifier: Type.String(),
  team: Team,
  total: Type.Integer(),
  completed: Type.Integer(),
  failed: Type.Integer(),
  finished: Type.Boolean({
    description: "True when nothing more will be added, including after a cancel or time-out.",
  }),
  submittedByKey: Type.String(),
  explained: Type.Boolean({ description: "Whether at least one of these results has an explanation." }),
  submittedAt: nullableDate,
  initialQueueTime: Type.Integer({ description: "From submission to the start of the first input." }),
  totalQueueTime: Type.Integer({ description: "The sum of all inputs' queue times." }),
  averageModelLatency: Type.Number(),
  totalModelLatency: Type.Number(),
  elapsedTime: Type.Integer(),
  startingResultSummarizing: nullableDate,
  resultSummarizing: Type.Integer(),
  inputSize: Type.Integer({ description: "Bytes of all data items." }),
  results: Type.Record(Type.String(), InputResult),
  failures: Type.Record(Type.String(), InputFailure),
});
export type JobResults = Omit<Static<typeof JobResults>, "results"> & { results: Record<string, InputResult> };
