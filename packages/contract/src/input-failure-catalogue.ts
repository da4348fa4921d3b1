import type { CatalogueEntry } from "./error-catalogue.js";

/** Why an input failed: the part of the system, a dot, and the reason. Codes are never renamed or removed. */
export const inputFailures = {
  "limits.quota": {
    meaning: "The folder or the query has more inputs than a quota of the API key, its team or its account leaves.",
    advice: "The message says which quota, how much was used and when it resets. Submit the job again then.",
    isRetryable: true,
  },
  "input.unexpected_data_items": {
    meaning: "The names of the input's data items are not those that the model expects.",
    advice: "Rename the data items as the message says.",
    isRetryable: false,
  },
  "input.invalid_data_url": {
    meaning: "A data item of an `embedded` input is not a valid data URL.",
    advice: "Write it as `data:<media type>;base64,<data>`.",
    isRetryable: false,
  },
  "input.unsupported_media_type": {
    meaning: "The content of a data item is not of a type that the model accepts.",
    advice: "Convert the file. The type is detected from its content, not from its name.",
    isRetryable: false,
  },
  "input.too_large": {
    meaning: "A data item is larger than the model accepts.",
    advice: "Use a smaller file, or a model that accepts larger ones.",
    isRetryable: false,
  },
  "input.too_many": {
    meaning: "The folder or the query has more inputs, or more bytes, than one job may have.",
    advice: "Split it into several jobs.",
    isRetryable: false,
  },
  "input.too_slow": {
    meaning: "The data arrived at less than 1 KiB/s for a minute, or took longer than the time that its size allows.",
    advice: "Check the server that holds the data and the network, then submit the job again.",
    isRetryable: false,
  },
  "input.address_not_allowed": {
    meaning: "The input is at an address that this server does not connect to, such as one of a private network.",
    advice: "Use a public address, or ask the operator to allow this one with `MILLRACE_OUTBOUND`.",
    isRetryable: false,
  },

  "s3.no_such_key": {
    meaning: "The object does not exist.",
    advice: "Check the bucket and the key.",
    isRetryable: false,
  },
  "s3.no_such_bucket": {
    meaning: "The bucket does not exist.",
    advice: "Check the name of the bucket and the endpoint.",
    isRetryable: false,
  },
  "s3.no_objects": {
    meaning: "The folder has no objects.",
    advice: "Check the bucket and the key of the folder.",
    isRetryable: false,
  },
  "s3.access_denied": {
    meaning: "The credentials do not allow reading the object.",
    advice:
      "Grant them s3:GetObject, and s3:ListBucket for a folder. Check the key: a store may deny access to objects that do not exist.",
    isRetryable: false,
  },
  "s3.invalid_credentials": {
    meaning: "The store does not accept the access key id, the secret access key or the session token.",
    advice: "Check all of them for typing errors, blanks and line ends.",
    isRetryable: false,
  },
  "s3.expired_credentials": {
    meaning: "The temporary credentials have expired.",
    advice: "Submit or retry the job with new ones.",
    isRetryable: false,
  },
  "s3.clock_skew": {
    meaning: "The clocks of the server and of the store differ too much.",
    advice: "Synchronize both clocks with NTP.",
    isRetryable: false,
  },
  "s3.object_archived": {
    meaning: "The object is in an archive storage class.",
    advice: "Restore it, then submit the job.",
    isRetryable: false,
  },
  "s3.wrong_region": {
    meaning: "The bucket is in another region, or the region is not valid.",
    advice: "Send the region of the bucket.",
    isRetryable: false,
  },
  "s3.invalid_bucket_name": {
    meaning: "The name of the bucket is not valid.",
    advice: "Check the name of the bucket.",
    isRetryable: false,
  },
  "s3.invalid_key": {
    meaning: "The key is empty or not well-formed Unicode.",
    advice: "Check the key.",
    isRetryable: false,
  },
  "s3.invalid_endpoint": {
    meaning: "The endpoint is not an http or https address.",
    advice: "Write it as `https://host:port`.",
    isRetryable: false,
  },
  "s3.throttled": {
    meaning: "The store kept asking for fewer requests.",
    advice: "Retry the job later.",
    isRetryable: true,
  },
  "s3.unavailable": {
    meaning: "The store returned server errors.",
    advice: "Retry the job later.",
    isRetryable: true,
  },
  "s3.timeout": {
    meaning: "The store did not respond in time.",
    advice: "Check the endpoint and the network, then retry the job.",
    isRetryable: true,
  },
  "s3.connection_lost": {
    meaning: "The connection to the store broke while the object was read.",
    advice: "Retry the job later.",
    isRetryable: true,
  },
  "s3.unreachable": {
    meaning: "The server cannot connect to the store.",
    advice: "Check the endpoint and the network, then retry the job.",
    isRetryable: true,
  },
  "s3.host_not_found": {
    meaning: "The host name of the store does not exist.",
    advice: "Check the endpoint, the region and the name of the bucket.",
    isRetryable: false,
  },
  "s3.connection_failed": {
    meaning: "The connection to the store failed, for example because it does not speak TLS.",
    advice: "Check the endpoint.",
    isRetryable: false,
  },
  "s3.certificate_not_trusted": {
    meaning: "The certificate of the store is not trusted.",
    advice: "Check the endpoint and its certificate.",
    isRetryable: false,
  },
  "s3.checksum_mismatch": {
    meaning: "The data does not match the checksum of the object.",
    advice: "Retry the job. If it persists, upload the object again.",
    isRetryable: true,
  },
  "s3.invalid_response": {
    meaning: "The endpoint does not answer as an S3-compatible store does.",
    advice: "Check the endpoint.",
    isRetryable: false,
  },
  "s3.request_failed": {
    meaning: "The store refused the request for another reason; the message holds the store's own code.",
    advice: "Check the bucket, the key and the credentials.",
    isRetryable: false,
  },

  "azure.no_such_blob": {
    meaning: "The blob does not exist.",
    advice: "Check `filePath`.",
    isRetryable: false,
  },
  "azure.no_such_container": {
    meaning: "The container does not exist.",
    advice: "Check `container`.",
    isRetryable: false,
  },
  "azure.no_such_account": {
    meaning: "The storage account does not exist.",
    advice: "Check `storageAccount`.",
    isRetryable: false,
  },
  "azure.invalid_credentials": {
    meaning: "The storage account does not accept the key.",
    advice: "Check `storageAccount` and `storageAccountKey`.",
    isRetryable: false,
  },
  "azure.access_denied": {
    meaning: "The key does not allow reading the blob.",
    advice: "Allow it to read the container.",
    isRetryable: false,
  },
  "azure.unavailable": {
    meaning: "The storage account did not respond or returned server errors.",
    advice: "Retry the job later.",
    isRetryable: true,
  },
  "azure.request_failed": {
    meaning: "The storage account refused the request for another reason; the message holds Azure's own code.",
    advice: "Check the submission's `input`.",
    isRetryable: false,
  },

  "jdbc.invalid_url": {
    meaning: "`input.url` is not a valid address.",
    advice: "Write it as `jdbc:postgresql://host:port/database`.",
    isRetryable: false,
  },
  "jdbc.access_denied": {
    meaning: "The database does not accept the user or the password.",
    advice: "Check `username` and `password`.",
    isRetryable: false,
  },
  "jdbc.unreachable": {
    meaning: "The server cannot connect to the database, or the connection broke.",
    advice: "Check `url` and the network, then submit the job again.",
    isRetryable: true,
  },
  "jdbc.query_failed": {
    meaning: "The database rejected the query or could not finish it.",
    advice: "Run the query in the database. Double-quote column names that contain a dot or capitals.",
    isRetryable: false,
  },
  "jdbc.no_rows": {
    meaning: "The query returned no rows.",
    advice: "Check the query.",
    isRetryable: false,
  },
  "jdbc.row_too_large": {
    meaning: "A row of the query is larger than 16 MiB.",
    advice: "Select smaller values, or store large ones as objects in a bucket. A `bytea` counts twice.",
    isRetryable: false,
  },
  "jdbc.invalid_response": {
    meaning: "The server does not answer as PostgreSQL does.",
    advice: "Check `url`.",
    isRetryable: false,
  },

  "model.refused": {
    meaning: "The model did not accept the input, or failed on it.",
    advice: "The message is the model's own. Check the input against the description of the model.",
    isRetryable: false,
  },
  "model.invalid_output": {
    meaning: "The model returned an output that is not valid JSON or not what its `model.yaml` declares.",
    advice: "Report it to the author of the model.",
    isRetryable: false,
  },
  "model.throttled": {
    meaning:
      "The server of the model kept asking for fewer requests until the time limit of its `model.yaml`, or its quota is used up.",
    advice: "Retry the job later, or lower `concurrency` in the `model.yaml`.",
    isRetryable: true,
  },
  "model.unavailable": {
    meaning: "The server of the model could not be reached, or returned server errors.",
    advice: "Check the server of the model, then retry the job.",
    isRetryable: true,
  },
  "model.access_denied": {
    meaning: "The server of the model does not accept the operator's key, or requires one.",
    advice: "Ask the operator to check `MILLRACE_MODEL_KEYS`.",
    isRetryable: false,
  },
  "model.not_found": {
    meaning: "The version of the model was deleted before the input was run.",
    advice: "Submit the job with another version.",
    isRetryable: false,
  },
  "model.not_installed": {
    meaning:
      "The worker is missing something that the version needs: its files, its container image or a container engine.",
    advice: "Install what the message names on the worker, then retry the job.",
    isRetryable: true,
  },

  "engine.unavailable": {
    meaning: "The model could not be loaded.",
    advice: "Check the model's files and settings, and the server log, then retry the job.",
    isRetryable: true,
  },
  "engine.crashed": {
    meaning: "The process or the server of the model died while it ran this input, repeatedly.",
    advice: "Check the input, or give the model more memory.",
    isRetryable: true,
  },
  "engine.timeout": {
    meaning: "The model did not answer within the time limit of its `model.yaml`.",
    advice: "Use a smaller input, or raise the limit.",
    isRetryable: true,
  },

  "storage.not_found": {
    meaning: "An uploaded data item is no longer in the blob store.",
    advice: "Submit the input again.",
    isRetryable: false,
  },
  "storage.unavailable": {
    meaning: "The server's blob store could not be read or written.",
    advice: "Check the blob store as the message says, then retry the job.",
    isRetryable: true,
  },

  "worker.crashed": {
    meaning: "Workers died repeatedly while they ran this input.",
    advice: "Check the input, or give workers more memory.",
    isRetryable: true,
  },
  internal: {
    meaning: "An internal error of the server.",
    advice: "Retry the job. If it persists, see the server log and report it.",
    isRetryable: true,
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

/** The `code` of a failed input. */
export type InputFailureCode = keyof typeof inputFailures;

export const inputFailureCodes = Object.keys(inputFailures) as InputFailureCode[];
