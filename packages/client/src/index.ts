export type {
  AccessKey,
  AccountTeam,
  AccountUser,
  AuditEntry,
  AwsS3Input,
  ClassificationOutput,
  ClassPrediction,
  Drift,
  EmbeddedInput,
  ErrorThreshold,
  Explanation,
  ExplanationMethod,
  ExplanationOptions,
  FeatureDrift,
  ImageExplanation,
  InputAccess,
  InputFailure,
  InputFailureCode,
  InputResult,
  JobFeatures,
  JobInput,
  JobResults,
  JobStatus,
  MasterKeyState,
  Model,
  ModelSummary,
  DeployedVersion,
  ModelVersion,
  NewAccessKey,
  NewWebhook,
  RequestErrorCode,
  S3Folder,
  S3Location,
  TabularExplanation,
  TextExplanation,
  TextInput,
  Webhook,
  WebhookDelivery,
  WebhookEvent,
  WebhookEventType,
  WordImportance,
} from "./contract.js";
export { explanationMethods } from "./contract.js";
export { MillraceClient, type ClientOptions } from "./client.js";
export type { ApiErrorDetails } from "./errors.js";
export {
  ApiError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  ForbiddenError,
  MillraceError,
  NotFoundError,
  PayloadTooLargeError,
  RateLimitedError,
  ServerError,
  TimeoutError,
  UnauthorizedError,
  UnprocessableError,
} from "./errors.js";
export { completeResults } from "./explanations/complete-results.js";
export {
  classPredictionsOf,
  decodeMask,
  explanationNoticeOf,
  explanationOf,
  topWords,
  type Mask,
} from "./explanations/explanation.js";
export { explanationFacts, type ExplanationFacts } from "./explanations/explanation-facts.js";
export {
  isImageExplanation,
  isPlatformExplanation,
  isTabularExplanation,
  isTextExplanation,
  type FeatureImportances,
  type ImageRegions,
  type WordImportances,
} from "./explanations/known-forms.js";
export { renderReport } from "./explanations/report.js";
export type { CallOptions } from "./http/transport.js";
export type { Job, JobModel, JobUser } from "./job.js";
export type { JobEvent, JobEventOptions } from "./job-events.js";
export type { Audit, AuditFilter } from "./resources/audit.js";
export type { InputOptions, Sources, Submission, SubmitOptions, SubmittedInput } from "./resources/job-submissions.js";
export type { HistoryFilter, Jobs } from "./resources/jobs.js";
export type { KeyChange, KeyLimits, KeyReference, Keys, NewKeyOptions } from "./resources/keys.js";
export type { DriftPeriods, ModelFilter, Models } from "./resources/models.js";
export type { JobReference, ModelReference } from "./resources/references.js";
export type { ResultLine } from "./result-lines.js";
export type { OutputBytes, Results } from "./resources/results.js";
export type { Teams } from "./resources/teams.js";
export type { NewUser, UserChange, UserFilter, UserReference, Users } from "./resources/users.js";
export type { WebhookReference, Webhooks } from "./resources/webhooks.js";
export { WebhookVerificationError, type WebhookHeaders } from "./webhook-signature.js";
export type { JobProgress, WaitOptions } from "./wait-until-complete.js";
