// Generated from packages/contract by scripts/contract-types.ts.
/** The public part of an API key. */
export type AccessKey = {
  prefix: string;
  name: string;
  description: string;
  status: string;
  isDefault: boolean;
  isHighPriority: boolean;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  lastActiveDateTime: string | null;
  /** To the minute. */
  lastUsedAt: string | null;
  /** When it stops to work; null for never. */
  expiresAt: string | null;
  /** What its roles are narrowed to: read, submit, models, manage; null for all that they allow. */
  scopes: string[] | null;
  /** Identifiers of the only models whose jobs it submits and sees; null for all. */
  models: string[] | null;
  submittedJobs: number;
  roles: string[];
  /** user, or system for the key of a project. */
  keyType: string;
  user: {
    identifier: string;
    email: string;
  };
  team: Team;
  project: {
    identifier: string;
  } | null;
};

export type Account = {
  identifier: string;
  name: string;
  status: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
};

/** A team of the caller's account. */
export type AccountTeam = {
  identifier: string;
  name: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
};

/** A user as the account's own lists show it. */
export type AccountUser = {
  identifier: string;
  externalIdentifier: string;
  firstName: string;
  lastName: string;
  email: string;
  status: string;
  title: string | null;
  pictureURL: string | null;
  lastActiveDateTime: string | null;
  /** The user has made an authenticated request. */
  visited: boolean;
  /** The user has submitted a job. */
  onboarded: boolean;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updatedAt: string;
  activeAccessKeyCount: number;
  listAccessKeys: string[];
  account: {
    identifier: string;
    name: string;
  };
  submittedJobs: number;
};

export type ActiveModel = {
  ranking: number;
  modelIdentifier: string;
  name: string;
  modelVersion: string;
  /** Milliseconds from submission to end, summed over its jobs. */
  elapsedTime: number;
  jobs: number;
};

export type ActiveUser = {
  ranking: number;
  userIdentifier: string;
  firstName: string;
  lastName: string;
  email: string;
  /** Milliseconds from submission to end, summed over their jobs. */
  elapsedTime: number;
  jobs: number;
};

/** Something that needs looking after, and how many things it affects. */
export type Alert = {
  type: string;
  count: number;
};

/** Paging and sorting of `GET /models/all/versions/all`. */
export type AllVersionsQuery = {
  page?: string;
  "per-page"?: string;
  /** processing.minimumParallelCapacity, processing.maximumParallelCapacity, createdAt, updatedAt, status; comma-separated. */
  "sort-by"?: string;
  direction?: string;
};

/** Something that was done, or refused. */
export type AuditEntry = {
  /** Grows with time. */
  identifier: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** Null when nobody is known to have called. */
  accountIdentifier: string | null;
  /** Null for a failed sign-in. */
  userIdentifier: string | null;
  /** The public part of the API key; of a failed sign-in only where such a key exists. */
  accessKey: string | null;
  /** Method and pattern of the route, such as `POST /api/jobs/:job/pause`. */
  action: string;
  /** The identifiers in the path, and of what was created, by name. */
  target: {
    [name: string]: string;
  };
  /** Where the request came from. */
  address: string | null;
  /** Of the HTTP response. */
  statusCode: number;
  /** Of the error; null when it was done. */
  code: string | null;
  /** Of the last request, where the entry stands for several. */
  requestId: string;
  /** Requests that the entry stands for: alike refusals are counted together. */
  count: number;
};

/** Filters of `GET /audit`; each takes only entries that are equal to it. */
export type AuditQuery = {
  /** 1 to 1000, 10 by default. */
  "per-page"?: string;
  /** the identifier of an entry; only older ones are returned */
  before?: string;
  /** Created at or after. */
  startDate?: string;
  /** Created at or before. */
  endDate?: string;
  /** Identifier; for a system owner, who sees all accounts. */
  account?: string;
  /** Identifier. */
  user?: string;
  /** Prefix. */
  accessKey?: string;
  action?: string;
  address?: string;
  /** an HTTP status, from 100 to 599 */
  statusCode?: string;
  requestId?: string;
  /** An identifier among those that the action was about. */
  target?: string;
};

export type AwsS3FolderInput = {
  type: "aws-s3-folder";
  /** Input name -> data item name -> where that data item is. */
  sources: {
    [name: string]: {
      [name: string]: S3Folder;
    };
  };
  /** Omit it and the secret to read public objects. */
  accessKeyID?: string;
  secretAccessKey?: string;
  /** For temporary credentials. */
  sessionToken?: string;
  /** The bucket's region; us-east-1 by default. */
  region?: string;
  /** Pays for requests to buckets whose owner does not. */
  requestPayer?: "requester";
};

export type AwsS3Input = {
  type: "aws-s3";
  /** Input name -> data item name -> where that data item is. */
  sources: {
    [name: string]: {
      [name: string]: S3Location;
    };
  };
  /** Omit it and the secret to read public objects. */
  accessKeyID?: string;
  secretAccessKey?: string;
  /** For temporary credentials. */
  sessionToken?: string;
  /** The bucket's region; us-east-1 by default. */
  region?: string;
  /** Pays for requests to buckets whose owner does not. */
  requestPayer?: "requester";
};

export type AzureBlobInput = {
  type: "azureblob";
  /** Input name -> data item name -> where that data item is. */
  sources: {
    [name: string]: {
      [name: string]: AzureBlobLocation;
    };
  };
  /** 3 to 24 lower-case letters and digits */
  storageAccount: string;
  /** one of the account's two keys, in base64 */
  storageAccountKey: string;
};

/** One blob in a container of an Azure storage account. */
export type AzureBlobLocation = {
  container: string;
  filePath: string;
};

/** The body of a classifier's `results.json`: the most probable class first. */
export type ClassificationOutput = {
  data: {
    result: {
      classPredictions: ClassPrediction[];
    };
    /** null if not requested or not available. */
    explanation: unknown;
    drift: unknown;
  };
};

/** One class that a classifier considered, with its score from 0 to 1. */
export type ClassPrediction = {
  class: string;
  score: number;
};

/** Bytes of inputs, by the day on which their job was submitted. */
export type DataProcessed = {
  dataProcessed: {
    recent: number;
    previous: number;
    percentage: number;
  };
  recent: {
    /** YYYY-MM-DD, UTC. */
    date: string;
    value: number;
  }[];
};

/** A version that was just deployed from an archive. */
export type DeployedVersion = {
  version: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updatedAt: string;
  createdBy: string;
  status: string;
  isActive: boolean;
  isAvailable: boolean;
  longDescription: string;
  technicalDetails: string;
  performanceSummary: string;
  sourceType: string;
  versionHistory: string;
  inputValidationSchema: string;
  timeout: {
    /** Milliseconds a load may take. */
    status: number;
    /** Milliseconds one run may take. */
    run: number;
  };
  requirement: {
    requirementId: number;
    gpuUnits: number;
    cpuAmount: string;
    memoryAmount: string;
  };
  inputs: ModelInput[];
  outputs: ModelOutput[];
  statistics: ModelStatistic[];
  /** A complete submission, as JSON text. */
  sampleInput: string;
  /** A complete results body, as JSON text. */
  sampleOutput: string;
  processing: {
    minimumParallelCapacity: number;
    maximumParallelCapacity: number;
  };
  /** Features of this version; the model has those of its latest version. */
  features: ModelFeature[];
  model: Model;
  /** What looks like a mistake in model.yaml, though the model runs, and how to correct it. */
  warnings: string[];
};

/** What `GET /models/{model}/versions/{version}/drift` answers. */
export type Drift = {
  modelIdentifier: string;
  modelVersion: string;
  /** Whole hours. */
  period: {
    /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
    from: string;
    /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
    until: string;
  };
  /** Whole hours. */
  baseline: {
    /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
    from: string;
    /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
    until: string;
  };
  prediction: FeatureDrift;
  /** Largest difference first. */
  inputs: FeatureDrift[];
  /** Predictions by hour, or by day if the period is longer than two days, each compared with the baseline. */
  series: {
    /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
    time: string;
    total: number;
    /** Null if nothing can be tested: a period is empty, or all bins but one have too few expected inputs. */
    chiSquared: number | null;
    /** Probability of a difference at least this large by chance; null if nothing can be tested. */
    pValue: number | null;
    /** Size of the difference, from 0 (identical) to 1; null if a period is empty. */
    jensenShannonDistance: number | null;
    classes: {
      [name: string]: number;
    };
  }[];
};

/** Which periods are compared. By default the last 7 days with the 28 days before them. Inputs are counted by the hour: periods are widened to
 * whole hours, and the answer says what they became. */
export type DriftQuery = {
  /** A date and time, such as 2026-03-04T05:00:00Z. */
  from?: string;
  /** A date and time, such as 2026-03-04T05:00:00Z. */
  until?: string;
  /** A date and time, such as 2026-03-04T05:00:00Z. */
  baselineFrom?: string;
  /** A date and time, such as 2026-03-04T05:00:00Z. */
  baselineUntil?: string;
};

export type EmbeddedInput = {
  type: "embedded";
  /** Input name -> data item name -> where that data item is. */
  sources: {
    [name: string]: {
      [name: string]: string;
    };
  };
};

/** Something that the caller is allowed to do. */
export type Entitlement = {
  identifier: string;
  description: string;
  longDescription: string;
  weight: number;
};

/** The body of every response with a status of 400 or more. */
export type ErrorBody = {
  /** The HTTP status, as a number. */
  statusCode: number;
  /** The reason phrase that belongs to the status code. */
  status: string;
  /** What went wrong, for programs: see docs/errors.md. */
  code: RequestErrorCode;
  /** What went wrong and what to do about it. */
  message: string;
  /** Also the `x-request-id` header, and in every log line of the request. */
  requestId: string;
  /** Where to get help: the address that this installation names, or the meaning of the code. */
  reportErrorUrl: string;
};

/** How many failed inputs end a job early. */
export type ErrorThreshold = {
  /** The job stops when more than this many inputs fail. */
  count?: number;
  /** The job stops when more than this percentage of its inputs fail. */
  percent?: number;
};

/** An explanation computed by the platform. */
export type Explanation = ImageExplanation | TabularExplanation | TextExplanation;

export type ExplanationKind = "text" | "image" | "tabular";

export type ExplanationMethod = "kernel-shap" | "lime" | "rise";

/** What a submission may say about the explanations it wants. */
export type ExplanationOptions = {
  /** By kind of input, the default first: text: kernel-shap, lime; image: rise, kernel-shap, lime; tabular: kernel-shap, lime. */
  method?: "kernel-shap" | "lime" | "rise";
  /** How often the model is asked for each input, at most; by default, by kind of input: text: 500; image: 250; tabular: 2000. */
  samples?: number;
  /** The same seed gives the same explanation; 0 by default. */
  seed?: number;
  /** The classes to explain; by default the most probable one of each input. */
  classes?: string[];
  /** Time limit per input in milliseconds. When it is reached, the explanation uses the samples collected so far and is marked partial; 60,000 by default. */
  timeLimitMs?: number;
};

/** One distribution now and before, and how far they differ: Pearson's chi-squared test of homogeneity, as both are samples. */
export type FeatureDrift = {
  /** What was counted: "prediction", the predicted class; "characters" and "words" of texts; "bytes", "pixels", "brightness" and "contrast" of images; "column ..." of rows. */
  feature: string;
  total: number;
  baselineTotal: number;
  /** Null if nothing can be tested: a period is empty, or all bins but one have too few expected inputs. */
  chiSquared: number | null;
  degreesOfFreedom: number;
  /** Probability of a difference at least this large by chance; null if nothing can be tested. */
  pValue: number | null;
  /** 1 - pValue. */
  error: number | null;
  /** Pearson's chi-squared goodness of fit, with the baseline taken as exact. Use it only if the baseline is many times larger than the period; otherwise it mistakes chance for drift. */
  goodnessOfFit: {
    /** Null if nothing can be tested: a period is empty, or all bins but one have too few expected inputs. */
    chiSquared: number | null;
    degreesOfFreedom: number;
    /** Probability of a difference at least this large by chance; null if nothing can be tested. */
    pValue: number | null;
  };
  /** Size of the difference, from 0 (identical) to 1; null if a period is empty. */
  jensenShannonDistance: number | null;
  /** Whether both periods have at least 50 inputs, and enough in more than one bin to be tested. */
  isReliable: boolean;
  /** A class, or the lower bound of a range of numbers. Ranges are half octaves wide; those of brightness 0.05, of contrast 0.025. */
  bins: {
    bin: string;
    count: number;
    baselineCount: number;
  }[];
};

/** A kind of machine that models can ask for. */
export type HardwareRequirement = {
  requirementId: number;
  status: string;
  gpuUnits: number;
  /** Thousandths of a core, "2000m". */
  cpuAmount: string;
  /** Always in G units, "4Gi": the Python client refuses others. */
  memoryAmount: string;
};

/** `data.explanation` of an image, made by the platform. */
export type ImageExplanation = {
  /** Masks of the pixels that support the class most, as run lengths, column by column; the first run is outside the mask. */
  maskRLE: number[][];
  /** Size of the original image in pixels, as displayed after its EXIF rotation. */
  dimensions: {
    height: number;
    width: number;
  };
  /** Rows of cells that cover the image: how much each supports the class or, below 0, contradicts it. */
  heatMap: number[][];
  method: ExplanationMethod;
  /** The class that is explained. */
  class: string;
  /** The explanation's score with everything hidden. */
  baseValue: number;
  /** Distinct combinations of hidden parts that the model scored. */
  samples: number;
  /** Perturbed inputs that the model was run on. */
  modelCalls?: number;
  seed: number;
  /** Adjusted R² of the explanation's linear model: 1 if the model behaves like it near this input, 0 or less if not at all; null for rise, if the score never changed, or if there were too few samples to tell. */
  fidelity: number | null;
  /** The result's score minus the base value and all importances: 0 if they add up. For kernel-shap only. */
  additivityResidual: number | null;
  /** Whether the time limit was reached before all samples were scored. */
  isPartial: boolean;
  /** Share of the model's answers that did not name the class; its score was then assumed to be the highest possible. Absent if all answers did. */
  missingShare?: number;
  /** What to know before trusting the explanation; absent if there is nothing. */
  notice?: string;
  otherClasses?: {
    /** Masks of the pixels that support the class most, as run lengths, column by column; the first run is outside the mask. */
    maskRLE: number[][];
    /** Size of the original image in pixels, as displayed after its EXIF rotation. */
    dimensions: {
      height: number;
      width: number;
    };
    /** Rows of cells that cover the image: how much each supports the class or, below 0, contradicts it. */
    heatMap: number[][];
    method: ExplanationMethod;
    /** The class that is explained. */
    class: string;
    /** The explanation's score with everything hidden. */
    baseValue: number;
    /** Distinct combinations of hidden parts that the model scored. */
    samples: number;
    /** Perturbed inputs that the model was run on. */
    modelCalls?: number;
    seed: number;
    /** Adjusted R² of the explanation's linear model: 1 if the model behaves like it near this input, 0 or less if not at all; null for rise, if the score never changed, or if there were too few samples to tell. */
    fidelity: number | null;
    /** The result's score minus the base value and all importances: 0 if they add up. For kernel-shap only. */
    additivityResidual: number | null;
    /** Whether the time limit was reached before all samples were scored. */
    isPartial: boolean;
    /** Share of the model's answers that did not name the class; its score was then assumed to be the highest possible. Absent if all answers did. */
    missingShare?: number;
  }[];
};

/** The fields of an input that say how to reach its data, which a retry needs again where the data is not kept with the job. */
export type InputAccess =
  | {
      accessKeyID?: string;
      secretAccessKey?: string;
      sessionToken?: string;
      region?: string;
      requestPayer?: "requester";
    }
  | {
      accessKeyID?: string;
      secretAccessKey?: string;
      sessionToken?: string;
      region?: string;
      requestPayer?: "requester";
    }
  | {
      storageAccount: string;
      storageAccountKey: string;
    }
  | {
      accessKeyID?: string;
      secretAccessKey?: string;
      sessionToken?: string;
      region?: string;
      requestPayer?: "requester";
      endpoint: string;
    };

/** Why one input failed: a code and a sentence. */
export type InputFailure = {
  status: InputStatus;
  /** The engine that ran this input; empty while none has. */
  engine: string;
  startTime: string | null;
  updateTime: string | null;
  endTime: string | null;
  /** Milliseconds from the start of the fetch to the stored outcome. */
  elapsedTime: number;
  /** Milliseconds spent fetching the data items. */
  inputFetching: number;
  /** Milliseconds spent writing outputs to the blob store; null if none were written there. */
  outputUploading: number | null;
  /** Milliseconds of fetch, model and output together. */
  modelLatency: number;
  /** Milliseconds from submission to the start of this input. */
  queueTime: number;
  voting: {
    up: number;
    down: number;
  };
  /** Why the input failed, for programs: see docs/errors.md. */
  code:
    | "limits.quota"
    | "internal"
    | "input.unexpected_data_items"
    | "input.invalid_data_url"
    | "input.unsupported_media_type"
    | "input.too_large"
    | "input.too_many"
    | "input.too_slow"
    | "input.address_not_allowed"
    | "s3.no_such_key"
    | "s3.no_such_bucket"
    | "s3.no_objects"
    | "s3.access_denied"
    | "s3.invalid_credentials"
    | "s3.expired_credentials"
    | "s3.clock_skew"
    | "s3.object_archived"
    | "s3.wrong_region"
    | "s3.invalid_bucket_name"
    | "s3.invalid_key"
    | "s3.invalid_endpoint"
    | "s3.throttled"
    | "s3.unavailable"
    | "s3.timeout"
    | "s3.connection_lost"
    | "s3.unreachable"
    | "s3.host_not_found"
    | "s3.connection_failed"
    | "s3.certificate_not_trusted"
    | "s3.checksum_mismatch"
    | "s3.invalid_response"
    | "s3.request_failed"
    | "azure.no_such_blob"
    | "azure.no_such_container"
    | "azure.no_such_account"
    | "azure.invalid_credentials"
    | "azure.access_denied"
    | "azure.unavailable"
    | "azure.request_failed"
    | "jdbc.invalid_url"
    | "jdbc.access_denied"
    | "jdbc.unreachable"
    | "jdbc.query_failed"
    | "jdbc.no_rows"
    | "jdbc.row_too_large"
    | "jdbc.invalid_response"
    | "model.refused"
    | "model.invalid_output"
    | "model.throttled"
    | "model.unavailable"
    | "model.access_denied"
    | "model.not_found"
    | "model.not_installed"
    | "engine.unavailable"
    | "engine.crashed"
    | "engine.timeout"
    | "storage.not_found"
    | "storage.unavailable"
    | "worker.crashed"
    | null;
  error: string;
};

/** The `code` of a failed input. */
export type InputFailureCode =
  | "limits.quota"
  | "internal"
  | "input.unexpected_data_items"
  | "input.invalid_data_url"
  | "input.unsupported_media_type"
  | "input.too_large"
  | "input.too_many"
  | "input.too_slow"
  | "input.address_not_allowed"
  | "s3.no_such_key"
  | "s3.no_such_bucket"
  | "s3.no_objects"
  | "s3.access_denied"
  | "s3.invalid_credentials"
  | "s3.expired_credentials"
  | "s3.clock_skew"
  | "s3.object_archived"
  | "s3.wrong_region"
  | "s3.invalid_bucket_name"
  | "s3.invalid_key"
  | "s3.invalid_endpoint"
  | "s3.throttled"
  | "s3.unavailable"
  | "s3.timeout"
  | "s3.connection_lost"
  | "s3.unreachable"
  | "s3.host_not_found"
  | "s3.connection_failed"
  | "s3.certificate_not_trusted"
  | "s3.checksum_mismatch"
  | "s3.invalid_response"
  | "s3.request_failed"
  | "azure.no_such_blob"
  | "azure.no_such_container"
  | "azure.no_such_account"
  | "azure.invalid_credentials"
  | "azure.access_denied"
  | "azure.unavailable"
  | "azure.request_failed"
  | "jdbc.invalid_url"
  | "jdbc.access_denied"
  | "jdbc.unreachable"
  | "jdbc.query_failed"
  | "jdbc.no_rows"
  | "jdbc.row_too_large"
  | "jdbc.invalid_response"
  | "model.refused"
  | "model.invalid_output"
  | "model.throttled"
  | "model.unavailable"
  | "model.access_denied"
  | "model.not_found"
  | "model.not_installed"
  | "engine.unavailable"
  | "engine.crashed"
  | "engine.timeout"
  | "storage.not_found"
  | "storage.unavailable"
  | "worker.crashed";

/** The `input` event: an input has finished. Its id goes up by one with every input. */
export type InputFinishedEvent = {
  name: string;
  status: InputStatus;
  /** Why the input failed, for programs: see docs/errors.md. */
  code:
    | "limits.quota"
    | "internal"
    | "input.unexpected_data_items"
    | "input.invalid_data_url"
    | "input.unsupported_media_type"
    | "input.too_large"
    | "input.too_many"
    | "input.too_slow"
    | "input.address_not_allowed"
    | "s3.no_such_key"
    | "s3.no_such_bucket"
    | "s3.no_objects"
    | "s3.access_denied"
    | "s3.invalid_credentials"
    | "s3.expired_credentials"
    | "s3.clock_skew"
    | "s3.object_archived"
    | "s3.wrong_region"
    | "s3.invalid_bucket_name"
    | "s3.invalid_key"
    | "s3.invalid_endpoint"
    | "s3.throttled"
    | "s3.unavailable"
    | "s3.timeout"
    | "s3.connection_lost"
    | "s3.unreachable"
    | "s3.host_not_found"
    | "s3.connection_failed"
    | "s3.certificate_not_trusted"
    | "s3.checksum_mismatch"
    | "s3.invalid_response"
    | "s3.request_failed"
    | "azure.no_such_blob"
    | "azure.no_such_container"
    | "azure.no_such_account"
    | "azure.invalid_credentials"
    | "azure.access_denied"
    | "azure.unavailable"
    | "azure.request_failed"
    | "jdbc.invalid_url"
    | "jdbc.access_denied"
    | "jdbc.unreachable"
    | "jdbc.query_failed"
    | "jdbc.no_rows"
    | "jdbc.row_too_large"
    | "jdbc.invalid_response"
    | "model.refused"
    | "model.invalid_output"
    | "model.throttled"
    | "model.unavailable"
    | "model.access_denied"
    | "model.not_found"
    | "model.not_installed"
    | "engine.unavailable"
    | "engine.crashed"
    | "engine.timeout"
    | "storage.not_found"
    | "storage.unavailable"
    | "worker.crashed"
    | null;
  error: string | null;
};

/** The `input` of a submission of each type. */
export type InputOfType = {
  text: TextInput;
  "aws-s3-folder": AwsS3FolderInput;
  "aws-s3": AwsS3Input;
  azureblob: AzureBlobInput;
  embedded: EmbeddedInput;
  jdbc: JdbcInput;
  "storage-grid": StorageGridInput;
};

/** What became of one input: the fields named here and one more for every output of the model, by its name.
 * A JSON output stands there parsed; any other is the address to download it from. */
export type InputResult = {
  [name: string]: unknown;
  status: InputStatus;
  /** The engine that ran this input; empty while none has. */
  engine: string;
  startTime: string | null;
  updateTime: string | null;
  endTime: string | null;
  /** Milliseconds from the start of the fetch to the stored outcome. */
  elapsedTime: number;
  /** Milliseconds spent fetching the data items. */
  inputFetching: number;
  /** Milliseconds spent writing outputs to the blob store; null if none were written there. */
  outputUploading: number | null;
  /** Milliseconds of fetch, model and output together. */
  modelLatency: number;
  /** Milliseconds from submission to the start of this input. */
  queueTime: number;
  voting: {
    up: number;
    down: number;
  };
  error: string | null;
};

/** Where the data items of a job come from. */
export type InputSourceType = "text" | "aws-s3-folder" | "aws-s3" | "azureblob" | "embedded" | "jdbc" | "storage-grid";

export type InputStatus = "FETCHING_DATA" | "PROCESSING" | "SUCCESSFUL" | "FAILED";

/** Each row of a query is an input called `row-1`, `row-2` and so on; its columns are named like the model's data items. */
export type JdbcInput = {
  type: "jdbc";
  /** jdbc:postgresql://host:port/database; `?sslmode=verify-full` encrypts and checks the certificate. */
  url: string;
  username: string;
  password: string;
  driver?: "org.postgresql.Driver";
  /** One SELECT; it is run in a transaction that may only read. */
  query: string;
  /** Not used; clients send `{}`. */
  sources?: {
    [name: string]: unknown;
  };
};

/** A job as get, cancel and history answer it. */
export type JobDetails = {
  jobIdentifier: string;
  accountIdentifier: string;
  model: JobModel;
  status: JobStatus;
  total: number;
  totalInputs: number;
  /** The public prefix of the API key that submitted the job. */
  accessKey: string;
  /** Same as accessKey. */
  submittedBy: string;
  explain: boolean;
  /** How to explain a model that returns no explanations of its own. Requests explanations, as `explain` does. */
  explanation?: ExplanationOptions;
  /** Why the job has no explanations, or not for every result, although they were requested; null otherwise. */
  explanationNotice: string | null;
  team: Team;
  submittedAt: string | null;
  /** Hours after the job ends until its uploaded texts and files are deleted. */
  hoursDeleteInput: number;
  /** Hours after the job ends until its results are deleted; 0 keeps them. Absent if the server's setting applies. */
  hoursDeleteResults?: number;
  /** True if the model takes images and returns class scores. */
  imageClassificationModel: boolean;
  /** From -10 to 10; jobs of a higher priority run first. */
  priority: number;
  /** A job stopped this way is CANCELED, keeps its finished results and gives the reason in `statusReason`. Off by default. */
  errorThreshold?: ErrorThreshold;
  /** Milliseconds; absent when the job has no time limit. */
  timeout?: number;
  /** Bytes of all data items fetched so far. */
  inputByteAmount: number;
  user: UserWithAccessKeys;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updatedAt: string;
  /** Inputs that have not finished. */
  pending: number;
  /** Inputs that succeeded. */
  completed: number;
  /** Inputs that failed. */
  failed: number;
  /** Milliseconds from submission to the end, or to now. */
  elapsedTime: number;
  /** Milliseconds from submission to the start of the first input. */
  queueTime: number;
  /** True while the job is paused. */
  paused: boolean;
  /** Why the server ended the job early. */
  statusReason: string | null;
  jobInputs: {
    identifier: string;
  }[];
};

/** What `GET /jobs/features` answers: the limits of uploads and submissions. */
export type JobFeatures = {
  /** A size with a unit, such as "1Mi": a form that every client can read. */
  inputChunkMaximumSize: string;
  maximumInputChunks: number;
  maximumInputsPerJob: number;
};

/** The query of `GET /jobs/history`. */
export type JobHistoryQuery = {
  /** Part of a first name, last name or e-mail address. */
  user?: string;
  /** An API key's prefix, or part of its name. */
  accessKey?: string;
  /** Jobs created at or after this moment. */
  startDate?: string;
  /** Jobs ended at or before this moment; needs startDate. */
  endDate?: string;
  /** Part of a model's name, or its identifier. */
  model?: string;
  modelIdentifier?: string;
  modelVersion?: string;
  /** Job identifiers separated by commas or semicolons. */
  jobIdentifiers?: string;
  /** Part of a job identifier, a model's name or a user's name. */
  search?: string;
  /** ALL, PENDING, TERMINATED, TERMINATED_WITH_ERROR or a job status. */
  status?: string;
  page?: string;
  "per-page"?: string;
  "sort-by"?: string;
  /** ASC or DESC, in any case. */
  direction?: string;
};

/** The inputs of a job, by `type`. */
export type JobInput =
  AwsS3FolderInput | AwsS3Input | AzureBlobInput | EmbeddedInput | JdbcInput | StorageGridInput | TextInput;

/** The model version that a job runs. */
export type JobModel = {
  identifier: string;
  version: string;
  name: string;
};

/** What `POST /jobs/{job}/priority` takes. */
export type JobPriorityChange = {
  /** Jobs of a higher priority run first; 0 by default. */
  priority: number;
};

/** The `progress` event: numbers of inputs. */
export type JobProgressEvent = {
  total: number;
  completed: number;
  failed: number;
  pending: number;
};

/** A job as submission and close answer it: in the state that they wrote, SUBMITTED or OPEN. Published clients read `jobInputs`
 * in another shape here than in {@link JobDetails}. */
export type JobReceipt = {
  jobIdentifier: string;
  accountIdentifier: string;
  model: JobModel;
  status: JobStatus;
  total: number;
  totalInputs: number;
  /** The public prefix of the API key that submitted the job. */
  accessKey: string;
  /** Same as accessKey. */
  submittedBy: string;
  explain: boolean;
  /** How to explain a model that returns no explanations of its own. Requests explanations, as `explain` does. */
  explanation?: ExplanationOptions;
  /** Why the job has no explanations, or not for every result, although they were requested; null otherwise. */
  explanationNotice: string | null;
  team: Team;
  submittedAt: string | null;
  /** Hours after the job ends until its uploaded texts and files are deleted. */
  hoursDeleteInput: number;
  /** Hours after the job ends until its results are deleted; 0 keeps them. Absent if the server's setting applies. */
  hoursDeleteResults?: number;
  /** True if the model takes images and returns class scores. */
  imageClassificationModel: boolean;
  /** From -10 to 10; jobs of a higher priority run first. */
  priority: number;
  /** A job stopped this way is CANCELED, keeps its finished results and gives the reason in `statusReason`. Off by default. */
  errorThreshold?: ErrorThreshold;
  /** Milliseconds; absent when the job has no time limit. */
  timeout?: number;
  /** Bytes of all data items fetched so far. */
  inputByteAmount: number;
  user: UserWithAccessKeys;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updatedAt: string;
  /** Inputs that have not finished. */
  pending: number;
  /** Inputs that succeeded. */
  completed: number;
  /** Inputs that failed. */
  failed: number;
  /** Milliseconds from submission to the end, or to now. */
  elapsedTime: number;
  /** Milliseconds from submission to the start of the first input. */
  queueTime: number;
  /** True while the job is paused. */
  paused: boolean;
  /** Why the server ended the job early. */
  statusReason: string | null;
  jobType: string;
  jobInputs: {
    identifier: string[];
  };
};

/** What `GET /results/{job}` answers, also while the job runs. Times are whole milliseconds unless they say otherwise. */
export type JobResults = {
  jobIdentifier: string;
  accountIdentifier: string;
  team: Team;
  total: number;
  completed: number;
  failed: number;
  /** True when nothing more will be added, including after a cancel or time-out. */
  finished: boolean;
  submittedByKey: string;
  /** Whether at least one of these results has an explanation. */
  explained: boolean;
  submittedAt: string | null;
  /** From submission to the start of the first input. */
  initialQueueTime: number;
  /** The sum of all inputs' queue times. */
  totalQueueTime: number;
  averageModelLatency: number;
  totalModelLatency: number;
  elapsedTime: number;
  startingResultSummarizing: string | null;
  resultSummarizing: number;
  /** Bytes of all data items. */
  inputSize: number;
  results: {
    [name: string]: InputResult;
  };
  failures: {
    [name: string]: InputFailure;
  };
};

/** What `POST /jobs/{job}/retry` takes. The job's credentials were deleted at its end, so the fields of the submission's `input`
 * that say how to reach the data are sent again. */
export type JobRetry = {
  /** The fields of the submission's `input` that say how to reach the data, without `sources`. */
  input?:
    | {
        accessKeyID?: string;
        secretAccessKey?: string;
        sessionToken?: string;
        region?: string;
        requestPayer?: "requester";
      }
    | {
        accessKeyID?: string;
        secretAccessKey?: string;
        sessionToken?: string;
        region?: string;
        requestPayer?: "requester";
      }
    | {
        storageAccount: string;
        storageAccountKey: string;
      }
    | {
        accessKeyID?: string;
        secretAccessKey?: string;
        sessionToken?: string;
        region?: string;
        requestPayer?: "requester";
        endpoint: string;
      };
};

/** The `state` event of `GET /jobs/{job}/events`: sent first, and whenever one of these has changed. */
export type JobStateEvent = {
  status: JobStatus;
  paused: boolean;
  statusReason: string | null;
};

/** What one API key has submitted. */
export type JobStatistics = {
  accessKey: string;
  jobsCount: number;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  lastApiUsage: string;
  modelsCount: number;
  modelsList: {
    identifier: string;
    name: string;
    processedJobsCount: number;
    version: string;
  }[];
};

export type JobStatus = "OPEN" | "SUBMITTED" | "IN_PROGRESS" | "COMPLETED" | "CANCELED" | "TIMEDOUT";

/** The body of `POST /jobs`. Without `input` the job is open: its inputs are uploaded before it is closed. */
export type JobSubmission = {
  model: {
    identifier: string;
    version: string;
    name?: string | null;
  };
  /** true or false; the strings "true" and "false" are also accepted. */
  explain?: boolean | string;
  /** How to explain a model that returns no explanations of its own. Requests explanations, as `explain` does. */
  explanation?: ExplanationOptions;
  /** Milliseconds after which the job ends as TIMEDOUT; 0 or absent: never. */
  timeout?: string | number | null;
  /** Jobs of a higher priority run first; 0 by default. */
  priority?: number;
  /** A job stopped this way is CANCELED, keeps its finished results and gives the reason in `statusReason`. Off by default. */
  errorThreshold?: ErrorThreshold;
  /** Hours after the job ends until its uploaded texts and files are deleted. Defaults to the server's setting, which is 24 unless changed. */
  hoursDeleteInput?: number;
  /** Hours after the job ends until its results are deleted; 0 keeps them. Defaults to the server's setting, which keeps them unless changed. */
  hoursDeleteResults?: number;
  input?: AwsS3FolderInput | AwsS3Input | AzureBlobInput | EmbeddedInput | JdbcInput | StorageGridInput | TextInput;
};

/** One line of `GET /jobs`. */
export type JobSummary = {
  jobIdentifier: string;
  status: JobStatus;
  model: JobModel;
};

/** `processingEngines` is a number in a string: published clients decode nothing else (contract trap T26). */
export type License = {
  companyName: string;
  processingEngines: string;
};

/** What an account, a team or an API key may use. */
export type Limits = {
  /** Requests a second to each API process; null or missing: no limit. */
  requestsPerSecond?: number | null;
  /** Requests beyond that within 10 seconds, as many as requestsPerSecond by default; null or missing: no limit. */
  burst?: number | null;
  /** Inputs of jobs submitted in one day (UTC); null or missing: no limit. */
  inputsPerDay?: number | null;
  /** Bytes of inputs fetched and uploaded in one day (UTC); null or missing: no limit. */
  bytesPerDay?: number | null;
  /** Hours that models run for it in one month (UTC); null or missing: no limit. */
  modelHoursPerMonth?: number | null;
  /** Jobs that are submitted and have not ended; null or missing: no limit. */
  concurrentJobs?: number | null;
};

/** Limits, and what has been used of them. */
export type LimitsWithUse = {
  limits: {
    requestsPerSecond: number | null;
    burst: number | null;
    inputsPerDay: number | null;
    bytesPerDay: number | null;
    modelHoursPerMonth: number | null;
    concurrentJobs: number | null;
  };
  use: {
    inputsToday: number;
    bytesToday: number;
    modelHoursThisMonth: number;
    concurrentJobs: number;
  };
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  dayResetsAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  monthResetsAt: string;
};

/** Which master key seals stored secrets, and how far a rotation is. */
export type MasterKeyState = {
  /** Says which key it is, not what it is. */
  keyId: string;
  /** Null when no rotation is in progress. */
  retiringKeyId: string | null;
  /** Stored secrets that are not under the new key yet. */
  secretsLeft: number;
  startedAt: string | null;
  finishedAt: string | null;
};

/** Which jobs are counted. Default and least span: 7 days; of one date the other is derived. */
export type MetricsQuery = {
  "begin-date"?: string;
  "end-date"?: string;
  "user-identifier"?: string;
  "access-key"?: string;
  "model-identifier"?: string;
  "team-identifier"?: string;
};

/** What `GET /models/processing-engines` answers. */
export type MinimumEngines = {
  minimumProcessingEnginesSum: number;
};

/** A registered model. `modelId` and `identifier` are the same: some clients read one, some the other. */
export type Model = {
  modelId: string;
  identifier: string;
  name: string;
  latestVersion: string;
  versions: string[];
  latestActiveVersion: string;
  activeVersions: string[];
  author: string;
  description: string;
  longDescription: string;
  permalink: string;
  sourceType: string;
  features: ModelFeature[];
  tags: ModelTag[];
  images: ModelImage[];
  snapshotImages: ModelImage[];
  isActive: boolean;
  isAvailable: boolean;
  isRecommended: boolean;
  isCommercial: boolean;
  isExperimental: boolean;
  isExpired: boolean;
  createdByEmail: string;
  createdByFullName: string;
  visibility: {
    scope: string;
  };
  lastActiveDateTime: string | null;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  creationDateTime: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updateDateTime: string;
};

/** How answers of a model version are explained. */
export type ModelExplanation = {
  /** Format of data.explanation: wordImportance, maskRLE or featureImportance from the platform, or the name of the model's own format. */
  format: string;
  /** Whether the model returns its own explanations. */
  isOwn: boolean;
  /** The kind of input that the platform explains; null if it cannot explain the model. */
  kind: "text" | "image" | "tabular" | null;
  /** Values of a submission's explanation.method, the default first; empty if the platform cannot explain the model. */
  methods: ExplanationMethod[];
  /** Default maximum of model calls per input; null if the platform cannot explain the model. */
  samples: number | null;
};

export type ModelFeature = {
  identifier: string;
  name: string;
  description?: string;
  explanation?: ModelExplanation;
};

export type ModelImage = {
  url: string;
  caption: string;
  alt?: string;
  relationType: string;
};

/** One data item that a model version takes. */
export type ModelInput = {
  name: string;
  /** Media types, separated by commas. */
  acceptedMediaTypes: string;
  /** Bytes. */
  maximumSize: number;
  description: string;
};

/** The query of `GET /models`. */
export type ModelListQuery = {
  modelId?: string;
  /** Part of the name; an exact match comes first. */
  name?: string;
  author?: string;
  description?: string;
  createdByEmail?: string;
  /** true or false, in any case. */
  isActive?: string;
  isExpired?: string;
  isRecommended?: string;
  isCommercial?: string;
  lastActiveDateTime?: string;
  expirationDateTime?: string;
  page?: string;
  "per-page"?: string;
  "sort-by"?: string;
  direction?: string;
};

/** One output that a model version returns. `mediaTypes` repeats `mediaType` for the Go client, which reads that. */
export type ModelOutput = {
  name: string;
  mediaType: string;
  mediaTypes: string;
  /** Bytes. */
  maximumSize: number;
  description: string;
};

/** A measured property of a model version, as its card states it. */
export type ModelStatistic = {
  label: string;
  category: string;
  type: string;
  description: string;
  highlight: boolean;
  order: number;
  value: number;
};

/** One line of `GET /models`. */
export type ModelSummary = {
  modelId: string;
  identifier: string;
  name: string;
  latestVersion: string;
  versions: string[];
};

export type ModelTag = {
  identifier: string;
  name: string;
  dataType: string;
  isCategorical: boolean;
  isUserCreated: boolean;
  images: ModelImage[];
};

/** A model version in full. Media types and samples are strings: some clients refuse anything else. */
export type ModelVersion = {
  version: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updatedAt: string;
  createdBy: string;
  status: string;
  isActive: boolean;
  isAvailable: boolean;
  longDescription: string;
  technicalDetails: string;
  performanceSummary: string;
  sourceType: string;
  versionHistory: string;
  inputValidationSchema: string;
  timeout: {
    /** Milliseconds a load may take. */
    status: number;
    /** Milliseconds one run may take. */
    run: number;
  };
  requirement: {
    requirementId: number;
    gpuUnits: number;
    cpuAmount: string;
    memoryAmount: string;
  };
  inputs: ModelInput[];
  outputs: ModelOutput[];
  statistics: ModelStatistic[];
  /** A complete submission, as JSON text. */
  sampleInput: string;
  /** A complete results body, as JSON text. */
  sampleOutput: string;
  processing: {
    minimumParallelCapacity: number;
    maximumParallelCapacity: number;
  };
  /** Features of this version; the model has those of its latest version. */
  features: ModelFeature[];
  model: Model;
};

/** Filters of `GET /models/{model}/versions`; all versions without paging. */
export type ModelVersionsQuery = {
  version?: string;
  /** active, deprecated or inactive. */
  status?: string;
  /** Part of the author's name. */
  createdBy?: string;
  /** Created at or after this moment. */
  createdAt?: string;
  /** Changed at or after this moment. */
  updatedAt?: string;
  /** true or false, in any case. */
  isActive?: string;
  isAvailable?: string;
  isExperimental?: string;
  page?: string;
  "per-page"?: string;
  /** version, createdAt, updatedAt, status; comma-separated. */
  "sort-by"?: string;
  direction?: string;
};

export type ModelVersionSummary = {
  version: string;
};

/** Which accounts see a model, and may run jobs on it. */
export type ModelVisibility = {
  /** `private`: only its own account; `shared`: also the accounts named; `public`: every account. */
  visibility: "private" | "shared" | "public";
  /** Identifiers; only for `shared`. */
  accounts?: string[];
};

/** A newly created key with its secret. */
export type NewAccessKey = {
  prefix: string;
  name: string;
  description: string;
  status: string;
  isDefault: boolean;
  isHighPriority: boolean;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  lastActiveDateTime: string | null;
  /** To the minute. */
  lastUsedAt: string | null;
  /** When it stops to work; null for never. */
  expiresAt: string | null;
  /** What its roles are narrowed to: read, submit, models, manage; null for all that they allow. */
  scopes: string[] | null;
  /** Identifiers of the only models whose jobs it submits and sees; null for all. */
  models: string[] | null;
  submittedJobs: number;
  roles: string[];
  /** user, or system for the key of a project. */
  keyType: string;
  user: {
    identifier: string;
    email: string;
  };
  team: Team;
  project: {
    identifier: string;
  } | null;
  /** prefix.secret: shown only once and not stored. */
  key: string;
};

/** A newly created account with its administrator's key. */
export type NewAccount = {
  identifier: string;
  name: string;
  status: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** prefix.secret of its administrator: shown only once and not stored. */
  key: string;
};

/** A newly created project with its first key. */
export type NewProject = {
  identifier: string;
  name: string;
  description: string;
  status: string;
  visibility: string;
  accessKeys: AccessKey[];
  user: {
    identifier: string;
    firstName: string;
    lastName: string;
    email: string;
  };
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updatedAt: string;
  /** prefix.secret of its first key: shown only once and not stored. */
  key: string;
};

/** A webhook with the secret that verifies its messages; shown once. */
export type NewWebhook = {
  identifier: string;
  /** Origin and path; a query, which may hold a token, is shown as `?…`. */
  url: string;
  description: string;
  events: WebhookEventType[];
  status: "Active" | "Disabled";
  /** Why it is disabled, where the server did it. */
  statusReason: string | null;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  secret: string;
};

/** Inputs with a result, by the day on which their job was submitted. */
export type PredictionsMade = {
  predictionsMade: {
    recent: number;
    previous: number;
    percentage: number;
  };
  recent: {
    /** YYYY-MM-DD, UTC. */
    date: string;
    value: number;
  }[];
};

/** The engines of one model version by state, and the inputs that wait for it. */
export type ProcessingEngines = {
  identifier: string;
  version: string;
  failed: number;
  /** Submitted inputs that have not finished. */
  queued: number;
  spinningUp: number;
  spinningDown: number;
  running: number;
  /** Loaded engines, including running ones. */
  ready: number;
};

/** The engines of one model version by name. */
export type ProcessingModel = {
  identifier: string;
  version: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  deployedAt: string;
  engines: {
    name: string;
    /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
    createdAt: string;
    ready: boolean;
    conditions: {
      type: string;
      status: string;
      /** Why the engine is not ready. */
      message?: string;
    }[];
  }[];
  inputs: {
    queued: number;
  };
  jobs: {
    queued: number;
  };
  situations: string[];
  modelDeploymentState: {
    hasError: boolean;
    ready: boolean;
    beingMonitored: boolean;
  };
};

export type Project = {
  identifier: string;
  name: string;
  description: string;
  status: string;
  visibility: string;
  accessKeys: AccessKey[];
  user: {
    identifier: string;
    firstName: string;
    lastName: string;
    email: string;
  };
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  updatedAt: string;
};

/** Filters of `GET /accounting/projects`. */
export type ProjectQuery = {
  page?: string;
  "per-page"?: string;
  search?: string;
  status?: string;
  "sort-by"?: string;
  direction?: string;
};

/** The `code` of an error response. */
export type RequestErrorCode =
  | "invalid_request"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "request_timeout"
  | "conflict"
  | "payload_too_large"
  | "uri_too_long"
  | "unsupported_media_type"
  | "limits.rate"
  | "limits.quota"
  | "limits.sign_in"
  | "headers_too_large"
  | "internal"
  | "unavailable";

/** A folder of an S3 bucket. A leading slash of the key is ignored, as callers write both forms. */
export type S3Folder = {
  bucket: string;
  key: string;
};

/** One object in an S3 bucket, in the version given or the newest one. */
export type S3Location = {
  bucket: string;
  key: string;
  /** In a bucket that keeps versions; the newest by default. */
  versionId?: string;
};

export type StorageGridInput = {
  type: "storage-grid";
  /** Input name -> data item name -> where that data item is. */
  sources: {
    [name: string]: {
      [name: string]: S3Location;
    };
  };
  /** Omit it and the secret to read public objects. */
  accessKeyID?: string;
  secretAccessKey?: string;
  /** For temporary credentials. */
  sessionToken?: string;
  /** The bucket's region; us-east-1 by default. */
  region?: string;
  /** Pays for requests to buckets whose owner does not. */
  requestPayer?: "requester";
  /** The server's address; https if it has no protocol. */
  endpoint: string;
};

/** `data.explanation` of a row of a table, made by the platform. */
export type TabularExplanation = {
  /** Every column that could be hidden, the most important first. */
  featureImportance: {
    feature: string;
    condition: string;
    score: number;
  }[];
  method: ExplanationMethod;
  /** The class that is explained. */
  class: string;
  /** The explanation's score with everything hidden. */
  baseValue: number;
  /** Distinct combinations of hidden parts that the model scored. */
  samples: number;
  /** Perturbed inputs that the model was run on. */
  modelCalls?: number;
  seed: number;
  /** Adjusted R² of the explanation's linear model: 1 if the model behaves like it near this input, 0 or less if not at all; null for rise, if the score never changed, or if there were too few samples to tell. */
  fidelity: number | null;
  /** The result's score minus the base value and all importances: 0 if they add up. For kernel-shap only. */
  additivityResidual: number | null;
  /** Whether the time limit was reached before all samples were scored. */
  isPartial: boolean;
  /** Share of the model's answers that did not name the class; its score was then assumed to be the highest possible. Absent if all answers did. */
  missingShare?: number;
  /** What to know before trusting the explanation; absent if there is nothing. */
  notice?: string;
  otherClasses?: {
    /** Every column that could be hidden, the most important first. */
    featureImportance: {
      feature: string;
      condition: string;
      score: number;
    }[];
    method: ExplanationMethod;
    /** The class that is explained. */
    class: string;
    /** The explanation's score with everything hidden. */
    baseValue: number;
    /** Distinct combinations of hidden parts that the model scored. */
    samples: number;
    /** Perturbed inputs that the model was run on. */
    modelCalls?: number;
    seed: number;
    /** Adjusted R² of the explanation's linear model: 1 if the model behaves like it near this input, 0 or less if not at all; null for rise, if the score never changed, or if there were too few samples to tell. */
    fidelity: number | null;
    /** The result's score minus the base value and all importances: 0 if they add up. For kernel-shap only. */
    additivityResidual: number | null;
    /** Whether the time limit was reached before all samples were scored. */
    isPartial: boolean;
    /** Share of the model's answers that did not name the class; its score was then assumed to be the highest possible. Absent if all answers did. */
    missingShare?: number;
  }[];
};

/** A tag and how many active models have it. */
export type TagCount = {
  identifier: string;
  name: string;
  dataType: string;
  isCategorical: boolean;
  isUserCreated: boolean;
  images: ModelImage[];
  count: number;
};

/** Tags and the models that have them; nothing else may be in it, as the Java client refuses more. */
export type TaggedModels = {
  tags: ModelTag[];
  models: Model[];
};

export type Team = {
  identifier: string;
};

/** How the test run of a version stands; `result` is the entry of its one input once it is over. */
export type TestRun = {
  step: number;
  stepName: string;
  percentage: number;
  result: {
    [name: string]: unknown;
  } | null;
};

/** `data.explanation` of a text, made by the platform. Further explained classes are in `otherClasses`. */
export type TextExplanation = {
  /** Every word, or every group of neighbouring words of a long text, in the order of the text. */
  wordImportance: WordImportance[];
  method: ExplanationMethod;
  /** The class that is explained. */
  class: string;
  /** The explanation's score with everything hidden. */
  baseValue: number;
  /** Distinct combinations of hidden parts that the model scored. */
  samples: number;
  /** Perturbed inputs that the model was run on. */
  modelCalls?: number;
  seed: number;
  /** Adjusted R² of the explanation's linear model: 1 if the model behaves like it near this input, 0 or less if not at all; null for rise, if the score never changed, or if there were too few samples to tell. */
  fidelity: number | null;
  /** The result's score minus the base value and all importances: 0 if they add up. For kernel-shap only. */
  additivityResidual: number | null;
  /** Whether the time limit was reached before all samples were scored. */
  isPartial: boolean;
  /** Share of the model's answers that did not name the class; its score was then assumed to be the highest possible. Absent if all answers did. */
  missingShare?: number;
  /** What to know before trusting the explanation; absent if there is nothing. */
  notice?: string;
  otherClasses?: {
    /** Every word, or every group of neighbouring words of a long text, in the order of the text. */
    wordImportance: WordImportance[];
    method: ExplanationMethod;
    /** The class that is explained. */
    class: string;
    /** The explanation's score with everything hidden. */
    baseValue: number;
    /** Distinct combinations of hidden parts that the model scored. */
    samples: number;
    /** Perturbed inputs that the model was run on. */
    modelCalls?: number;
    seed: number;
    /** Adjusted R² of the explanation's linear model: 1 if the model behaves like it near this input, 0 or less if not at all; null for rise, if the score never changed, or if there were too few samples to tell. */
    fidelity: number | null;
    /** The result's score minus the base value and all importances: 0 if they add up. For kernel-shap only. */
    additivityResidual: number | null;
    /** Whether the time limit was reached before all samples were scored. */
    isPartial: boolean;
    /** Share of the model's answers that did not name the class; its score was then assumed to be the highest possible. Absent if all answers did. */
    missingShare?: number;
  }[];
};

export type TextInput = {
  type: "text";
  /** Input name -> data item name -> where that data item is. */
  sources: {
    [name: string]: {
      [name: string]: string;
    };
  };
};

/** A time series in the form of Prometheus: `[unix seconds, "value"]`. */
export type TimeSeries = {
  data: {
    resultType: "matrix";
    result: {
      metric: {
        name: string;
      };
      values: [number, string][];
    }[];
  };
};

export type User = {
  identifier: string;
  externalIdentifier: string;
  firstName: string;
  lastName: string;
  email: string;
  status: string;
};

/** Filters of `GET /accounting/users`; texts match anywhere, in any case. */
export type UserQuery = {
  page?: string;
  "per-page"?: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  search?: string;
  status?: string;
  accessKey?: string;
  /** With endDate: a range of the date that searchDate names. */
  startDate?: string;
  endDate?: string;
  /** createdAt by default, updatedAt or lastActiveDateTime. */
  searchDate?: string;
  "sort-by"?: string;
  direction?: string;
};

/** A user as a job shows it: with the public parts of its active API keys. */
export type UserWithAccessKeys = {
  identifier: string;
  externalIdentifier: string;
  firstName: string;
  lastName: string;
  email: string;
  status: string;
  /** Null until an administrator sets it. */
  title: string | null;
  pictureURL: string | null;
  /** Active keys; a key limited to a team or project sees only itself. */
  accessKeys: {
    prefix: string;
    isDefault: boolean;
  }[];
};

/** Where an account receives events about its finished jobs. */
export type Webhook = {
  identifier: string;
  /** Origin and path; a query, which may hold a token, is shown as `?…`. */
  url: string;
  description: string;
  events: WebhookEventType[];
  status: "Active" | "Disabled";
  /** Why it is disabled, where the server did it. */
  statusReason: string | null;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
};

/** One message and what became of it. */
export type WebhookDelivery = {
  /** The message's `webhook-id`, the same in every attempt. */
  identifier: string;
  type: string;
  status: "FAILED" | "PENDING" | "DELIVERED";
  attempts: number;
  nextAttemptAt: string | null;
  /** What the receiver said, or why it could not be asked. */
  lastOutcome: string | null;
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  createdAt: string;
};

/** The body of a message (Standard Webhooks: type, timestamp, data). */
export type WebhookEvent = {
  type: "job.completed" | "job.canceled" | "job.timedout" | "webhook.test";
  /** a moment in UTC such as 2026-03-04T05:06:07.890+00:00 */
  timestamp: string;
  data: {
    jobIdentifier?: string;
    status?: "OPEN" | "SUBMITTED" | "IN_PROGRESS" | "COMPLETED" | "CANCELED" | "TIMEDOUT";
    model?: {
      identifier: string;
      version: string;
      name: string;
    };
    total?: number;
    completed?: number;
    failed?: number;
  };
};

export type WebhookEventType = "job.completed" | "job.canceled" | "job.timedout";

/** How much a word speaks for the class, or, below 0, against it. */
export type WordImportance = {
  word: string;
  /** Of the word in the text, from 0; of a group, of its first word. */
  index: number;
  /** In UTF-16 code units from the start of the text. */
  start: number;
  /** The first code unit after the word. */
  end: number;
  score: number;
};

/** Every method, whatever kinds of input it explains. */
export const explanationMethods: readonly ExplanationMethod[] = ["kernel-shap", "lime", "rise"];
