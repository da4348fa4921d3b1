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
export { requestErrorCodes, requestErrors, type CatalogueEntry, type RequestErrorCode } from "./error-catalogue.js";
export { inputFailureCodes, inputFailures, type InputFailureCode } from "./input-failure-catalogue.js";
export {
  ExplanationOptions,
  explanationMethods,
  ImageExplanation,
  TabularExplanation,
  TextExplanation,
  WordImportance,
  type Explanation,
  type ExplanationMethod,
} from "./explanation.js";
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
