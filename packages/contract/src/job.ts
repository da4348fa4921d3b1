import Type, { type Static } from "typebox";
import { Team, UserWithAccessKeys } from "./account.js";
import { bounds, closed } from "./bounds.js";
import { ExplanationOptions } from "./explanation.js";
import { ignoredFields } from "./ignored-fields.js";
import { InputAccess, JobInput } from "./input-sources/job-input.js";
import { JobStatus } from "./status.js";
import { WireDate } from "./wire-date.js";

/** The model version that a job runs. */
export const JobModel = Type.Object({
  identifier: Type.String(),
  version: Type.String(),
  name: Type.String(),
});
export type JobModel = Static<typeof JobModel>;

/** How many failed inputs end a job early. */
export const ErrorThreshold = Type.Object(
  {
    count: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: "The job stops when more than this many inputs fail.",
      }),
    ),
    percent: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 100,
        description: "The job stops when more than this percentage of its inputs fail.",
      }),
    ),
  },
  {
    ...closed,
    description:
      "A job stopped this way is CANCELED, keeps its finished results and gives the reason in `statusReason`. Off by default.",
  },
);
export type ErrorThreshold = Static<typeof ErrorThreshold>;

const JobPriority = Type.Integer({
  minimum: -10,
  maximum: 10,
  description: "Jobs of a higher priority run first; 0 by default.",
});

/** The body of `POST /jobs`. Without `input` the job is open: its inputs are uploaded before it is closed. */
export const JobSubmission = Type.Object(
  {
    model: Type.Object(
      {
        identifier: Type.String({ minLength: 1, maxLength: bounds.identifier }),
        version: Type.String({ minLength: 1, maxLength: bounds.identifier }),
        name: Type.Optional(Type.Union([Type.String({ maxLength: bounds.name }), Type.Null()])),
        ...ignoredFields.submittedModel,
      },
      closed,
    ),
    explain: Type.Optional(
      Type.Union([Type.Boolean(), Type.String({ maxLength: bounds.word })], {
        description: 'true or false; the strings "true" and "false" are also accepted.',
      }),
    ),
    explanation: Type.Optional(ExplanationOptions),
    timeout: Type.Optional(
      Type.Union([Type.Integer({ minimum: 0 }), Type.String({ maxLength: bounds.word }), Type.Null()], {
        description: "Milliseconds after which the job ends as TIMEDOUT; 0 or absent: never.",
      }),
    ),
    priority: Type.Optional(JobPriority),
    errorThreshold: Type.Optional(ErrorThreshold),
    hoursDeleteInput: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 87_600,
        description:
          "Hours after the job ends until its uploaded texts and files are deleted. Defaults to the server's setting, which is 24 unless changed.",
      }),
    ),
    hoursDeleteResults: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 87_600,
        description:
          "Hours after the job ends until its results are deleted; 0 keeps them. Defaults to the server's setting, which keeps them unless changed.",
      }),
    ),
    input: Type.Optional(JobInput),
    ...ignoredFields.submission,
  },
  closed,
);
export type JobSubmission = Static<typeof JobSubmission>;

const common = {
  jobIdentifier: Type.String({ format: "uuid" }),
  accountIdentifier: Type.String(),
  model: JobModel,
  status: JobStatus,
  total: Type.Integer(),
  totalInputs: Type.Integer(),
  accessKey: Type.String({ description: "The public prefix of the API key that submitted the job." }),
  submittedBy: Type.String({ description: "Same as accessKey." }),
  explain: Type.Boolean(),
  explanation: Type.Optional(ExplanationOptions),
  explanationNotice: Type.Union([Type.String(), Type.Null()], {
    description:
      "Why the job has no explanations, or not for every result, although they were requested; null otherwise.",
  }),
  team: Team,
  submittedAt: Type.Union([WireDate, Type.Null()]),
  hoursDeleteInput: Type.Integer({
    description: "Hours after the job ends until its uploaded texts and files are deleted.",
  }),
  hoursDeleteResults: Type.Optional(
    Type.Integer({
      description:
        "Hours after the job ends until its results are deleted; 0 keeps them. Absent if the server's setting applies.",
    }),
  ),
  imageClassificationModel: Type.Boolean({ description: "True if the model takes images and returns class scores." }),
  priority: Type.Integer({ description: "From -10 to 10; jobs of a higher priority run first." }),
  errorThreshold: Type.Optional(ErrorThreshold),
  timeout: Type.Optional(Type.Integer({ description: "Milliseconds; absent when the job has no time limit." })),
  inputByteAmount: Type.Integer({ description: "Bytes of all data items fetched so far." }),
  user: UserWithAccessKeys,
  createdAt: WireDate,
  updatedAt: WireDate,
  pending: Type.Integer({ description: "Inputs that have not finished." }),
  completed: Type.Integer({ description: "Inputs that succeeded." }),
  failed: Type.Integer({ description: "Inputs that failed." }),
  elapsedTime: Type.Integer({ description: "Milliseconds from submission to the end, or to now." }),
  queueTime: Type.Integer({ description: "Milliseconds from submission to the start of the first input." }),
  paused: Type.Boolean({ description: "True while the job is paused." }),
  statusReason: Type.Union([Type.String(), Type.Null()], {
    description: "Why the server ended the job early.",
  }),
};

/**
 * A job as submission and close answer it: in the state that they wrote, SUBMITTED or OPEN. Published clients read `jobInputs`
 * in another shape here than in {@link JobDetails}.
 */
export const JobReceipt = Type.Object({
  ...common,
  jobType: Type.String(),
  jobInputs: Type.Object({ identifier: Type.Array(Type.String()) }),
});
export type JobReceipt = Static<typeof JobReceipt>;

/** A job as get, cancel and history answer it. */
export const JobDetails = Type.Object({
  ...common,
  jobInputs: Type.Array(Type.Object({ identifier: Type.String() })),
});
export type JobDetails = Static<typeof JobDetails>;

/**
 * What `POST /jobs/{job}/retry` takes. The job's credentials were deleted at its end, so the fields of the submission's `input`
 * that say how to reach the data are sent again.
 */
export const JobRetry = Type.Object(
  {
    input: Type.Optional(InputAccess),
  },
  closed,
);
export type JobRetry = Static<typeof JobRetry>;

/** What `POST /jobs/{job}/priority` takes. */
export const JobPriorityChange = Type.Object({ priority: JobPriority }, closed);
export type JobPriorityChange = Static<typeof JobPriorityChange>;

/** What `GET /jobs/features` answers: the limits of uploads and submissions. */
export const JobFeatures = Type.Object({
  inputChunkMaximumSize: Type.String({
    description: 'A size with a unit, such as "1Mi": a form that every client can read.',
  }),
  maximumInputChunks: Type.Integer(),
  maximumInputsPerJob: Type.Integer(),
});
export type JobFeatures = Static<typeof JobFeatures>;

/** The query of `GET /jobs/history`. */
export const JobHistoryQuery = Type.Object({
  user: Type.Optional(Type.String({ description: "Part of a first name, last name or e-mail address." })),
  accessKey: Type.Optional(Type.String({ description: "An API key's prefix, or part of its name." })),
  startDate: Type.Optional(Type.String({ description: "Jobs created at or after this moment." })),
  endDate: Type.Optional(Type.String({ description: "Jobs ended at or before this moment; needs startDate." })),
  model: Type.Optional(Type.String({ description: "Part of a model's name, or its identifier." })),
  modelIdentifier: Type.Optional(Type.String()),
  modelVersion: Type.Optional(Type.String()),
  jobIdentifiers: Type.Optional(Type.String({ description: "Job identifiers separated by commas or semicolons." })),
  search: Type.Optional(Type.String({ description: "Part of a job identifier, a model's name or a user's name." })),
  status: Type.Optional(
    Type.String({ description: "ALL, PENDING, TERMINATED, TERMINATED_WITH_ERROR or a job status." }),
  ),
  page: Type.Optional(Type.String()),
  "per-page": Type.Optional(Type.String()),
  "sort-by": Type.Optional(Type.String()),
  direction: Type.Optional(Type.String({ description: "ASC or DESC, in any case." })),
});
export type JobHistoryQuery = Static<typeof JobHistoryQuery>;

/** One line of `GET /jobs`. */
export const JobSummary = Type.Object({ jobIdentifier: Type.String(), status: JobStatus, model: JobModel });
export type JobSummary = Static<typeof JobSummary>;

/** What one API key has submitted. */
export const JobStatistics = Type.Object({
  accessKey: Type.String(),
  jobsCount: Type.Integer(),
  lastApiUsage: WireDate,
  modelsCount: Type.Integer(),
  modelsList: Type.Array(
    Type.Object({
      identifier: Type.String(),
      name: Type.String(),
      processedJobsCount: Type.Integer(),
      version: Type.String(),
    }),
  ),
});
export type JobStatistics = Static<typeof JobStatistics>;
