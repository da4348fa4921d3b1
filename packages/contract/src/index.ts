export { byName } from "./by-name.js";
export {
  AccessKey,
  Account,
  AccountTeam,
  AccountUser,
  Entitlement,
  License,
  NewAccessKey,
  NewAccount,
  NewProject,
  Project,
  ProjectQuery,
  Team,
  User,
  UserQuery,
  UserWithAccessKeys,
} from "./account.js";
export { Alert } from "./alert.js";
export { Drift, DriftQuery, FeatureDrift } from "./drift.js";
export { ErrorBody } from "./error.js";
export {
  ExplanationOptions,
  ImageExplanation,
  TabularExplanation,
  TextExplanation,
  WordImportance,
  type Explanation,
} from "./explanation.js";
export {
  explanationKinds,
  explanationMethods,
  type ExplanationKind,
  type ExplanationMethod,
} from "./explanation-methods.js";
export {
  AwsS3FolderInput,
  AwsS3Input,
  AzureBlobInput,
  AzureBlobLocation,
  EmbeddedInput,
  inputSourceTypes,
  JdbcInput,
  jobInputSchemas,
  S3Location,
  StorageGridInput,
  TextInput,
  type InputSourceType,
  type JobInput,
} from "./input-source.js";
export {
  ErrorThreshold,
  JobDetails,
  JobFeatures,
  JobHistoryQuery,
  JobModel,
  JobPriorityChange,
  JobReceipt,
  JobRetry,
  JobStatistics,
  JobSubmission,
  JobSummary,
} from "./job.js";
export { InputFinishedEvent, JobProgressEvent, JobStateEvent } from "./job-event.js";
export {
  AllVersionsQuery,
  HardwareRequirement,
  Model,
  ModelExplanation,
  ModelFeature,
  ModelImage,
  ModelInput,
  ModelListQuery,
  ModelOutput,
  ModelStatistic,
  ModelSummary,
  ModelTag,
  ModelVersion,
  ModelVersionSummary,
  ModelVisibility,
  TaggedModels,
  TestRun,
} from "./model.js";
export { ActiveModel, ActiveUser, DataProcessed, MetricsQuery, PredictionsMade, TimeSeries } from "./metrics.js";
export { ClassificationOutput, ClassPrediction } from "./prediction.js";
export { InputFailure, InputResult, JobResults } from "./result.js";
export { InputStatus, inputStatuses, isTerminal, JobStatus, jobStatuses } from "./status.js";
export { formatWireDate, WireDate } from "./wire-date.js";
export { MinimumEngines, ProcessingEngines, ProcessingModel } from "./processing.js";
export {
  NewWebhook,
  Webhook,
  WebhookDelivery,
  WebhookEvent,
  webhookEventTypes,
  type WebhookEventType,
} from "./webhook.js";
