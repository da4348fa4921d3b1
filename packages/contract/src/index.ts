export { boundedByBody, bounds, closed, maximumInputsPerJob } from "./bounds.js";
export { byName } from "./by-name.js";
export { decodeText, decodeUtf16, TextEncodingError, withoutMark } from "./decode-text.js";
export { checkNames, DuplicateName, namesOf } from "./json-names.js";
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
export { AuditEntry, AuditQuery } from "./audit.js";
export { Alert } from "./alert.js";
export { ignoredFields, ignoredParameters } from "./ignored-fields.js";
export { Drift, DriftQuery, FeatureDrift } from "./drift.js";
export { ErrorBody } from "./error.js";
export { requestErrorCodes, requestErrors, type CatalogueEntry, type RequestErrorCode } from "./error-catalogue.js";
export { inputFailureCodes, inputFailures, type InputFailureCode } from "./input-failure-catalogue.js";
export {
  ExplanationOptions,
  ImageExplanation,
  TabularExplanation,
  TextExplanation,
  WordImportance,
  type Explanation,
} from "./explanation.js";
export { AwsS3FolderInput } from "./input-sources/aws-s3-folder.js";
export { AwsS3Input } from "./input-sources/aws-s3.js";
export { AzureBlobInput, AzureBlobLocation } from "./input-sources/azureblob.js";
export { EmbeddedInput } from "./input-sources/embedded.js";
export type { InputSource } from "./input-sources/input-source.js";
export { JdbcInput } from "./input-sources/jdbc.js";
export { InputAccess, JobInput } from "./input-sources/job-input.js";
export {
  explanationKinds,
  explanationMethods,
  type ExplanationKind,
  type ExplanationMethod,
} from "./explanation-methods.js";
export {
  inputSources,
  inputSourceTypes,
  isInputSourceType,
  type InputOfType,
  type InputSourceType,
} from "./input-sources/registry.js";
export { S3Folder, S3Location } from "./input-sources/s3-location.js";
export { StorageGridInput } from "./input-sources/storage-grid.js";
export { TextInput } from "./input-sources/text.js";
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
export { MasterKeyState } from "./master-key.js";
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
  DeployedVersion,
  ModelVersion,
  ModelVersionsQuery,
  ModelVersionSummary,
  ModelVisibility,
  TagCount,
  TaggedModels,
  TestRun,
} from "./model.js";
export { Limits, LimitsWithUse } from "./limits.js";
export { ActiveModel, ActiveUser, DataProcessed, MetricsQuery, PredictionsMade, TimeSeries } from "./metrics.js";
export { parseUrl } from "./parse-url.js";
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
