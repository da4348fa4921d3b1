import type { InputFailureCode } from "@millrace/contract";
import { keyOf, type S3Object } from "./object.js";
import { S3Error } from "./s3-error.js";

/** What a message may mention. Keys and buckets are quoted and escaped; none of it is secret. */
interface Place {
  readonly key: string;
  readonly bucket: string;
  /** Empty without one. */
  readonly version: string;
  readonly region: string;
  readonly host: string;
  readonly isAnonymous: boolean;
  /** Numbers and names that belong to this one fault. */
  readonly detail: string;
}

interface CatalogueEntry {
  /** The code of the failed input on the wire. */
  readonly failureCode: InputFailureCode;
  /** What happened, naming the object and the bucket. */
  readonly cause: (place: Place) => string;
  /** What the reader can do about it. */
  readonly advice: string | ((place: Place) => string);
  readonly isTransient: boolean;
}

/** The facts of one fault. */
export interface Fault {
  readonly code: string;
  readonly statusCode?: number | null;
  /** The server that was asked, for faults of the network. */
  readonly host?: string;
  readonly detail?: string;
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/** Makes the error for a fault: a catalogued sentence, or a general one for codes that are not in the catalogue. */
export function s3Error(object: S3Object, fault: Fault): S3Error {
  const statusCode = fault.statusCode ?? null;
  const place: Place = {
    key: JSON.stringify(keyOf(object)),
    bucket: JSON.stringify(object.bucket),
    version: object.versionId === undefined ? "" : JSON.stringify(object.versionId),
    region: JSON.stringify(object.region),
    host: fault.host ?? "the S3 server",
    isAnonymous: object.credentials === null,
    detail: fault.detail ?? "",
  };
  // A hostile store may send "constructor" as its code.
  const known = Object.hasOwn(errorCatalogue, fault.code) ? errorCatalogue[fault.code] : undefined;
  // A failing store may return any code; its status tells whether the error is transient.
  const isContradicted = known?.isTransient === false && isTransientStatus(statusCode);
  const entry = known === undefined || isContradicted ? unknownFault(statusCode) : known;
  const advice = typeof entry.advice === "string" ? entry.advice : entry.advice(place);
  return new S3Error(`${entry.cause(place)} (${fault.code}): ${advice}.`, {
    failureCode: entry.failureCode,
    code: fault.code,
    statusCode,
    isTransient: entry.isTransient,
    retryAfterMs: fault.retryAfterMs ?? null,
    cause: fault.cause,
  });
}

const of = (place: Place) => `object ${place.key} in bucket ${place.bucket}`;
const tryLater = "try again later";

/** Every code with its own message. The first group comes from the store, the second from the client. */
export const errorCatalogue: Readonly<Record<string, CatalogueEntry>> = {
  NoSuchKey: {
    failureCode: "s3.no_such_key",
    cause: (p) => `There is no object ${p.key} in bucket ${p.bucket}`,
    advice: "check the key",
    isTransient: false,
  },
  NoSuchVersion: {
    failureCode: "s3.no_such_key",
    cause: (p) => `There is no version ${p.version} of ${of(p)}`,
    advice: "check versionId",
    isTransient: false,
  },
  NoSuchBucket: {
    failureCode: "s3.no_such_bucket",
    cause: (p) => `There is no bucket ${p.bucket} to read object ${p.key} from`,
    advice: "check the bucket's name and the endpoint",
    isTransient: false,
  },
  InvalidListing: {
    failureCode: "s3.invalid_response",
    cause: (p) =>
      `The store answered the listing of ${p.key} in bucket ${p.bucket} with something that is not an S3 listing`,
    advice: "check the endpoint",
    isTransient: false,
  },
  EndlessListing: {
    failureCode: "s3.invalid_response",
    cause: (p) => `The store keeps saying that the listing of ${p.key} in bucket ${p.bucket} goes on`,
    advice: "check the endpoint",
    isTransient: false,
  },
  NotFound: {
    failureCode: "s3.no_such_key",
    cause: (p) => `There is no ${of(p)}`,
    advice: "check the bucket and the key",
    isTransient: false,
  },
  AccessDenied: {
    failureCode: "s3.access_denied",
    cause: (p) => (p.isAnonymous ? `Anonymous access to ${of(p)} is denied` : `These credentials cannot read ${of(p)}`),
    advice: (p) =>
      p.isAnonymous
        ? "submit the job with credentials that may read it, or make the object public"
        : "grant them s3:GetObject on it, and check the key, as a store may answer this way when there is no such object",
    isTransient: false,
  },
  InvalidAccessKeyId: {
    failureCode: "s3.invalid_credentials",
    cause: (p) => `The access key given for ${of(p)} is unknown to the store`,
    advice: "check the access key id and the endpoint",
    isTransient: false,
  },
  SignatureDoesNotMatch: {
    failureCode: "s3.invalid_credentials",
    cause: (p) => `The secret access key given for ${of(p)} does not belong to the access key id`,
    advice: "check the secret access key",
    isTransient: false,
  },
  ExpiredToken: {
    failureCode: "s3.expired_credentials",
    cause: (p) => `The temporary credentials given for ${of(p)} have expired`,
    advice: "submit the job again with fresh ones",
    isTransient: false,
  },
  InvalidToken: {
    failureCode: "s3.invalid_credentials",
    cause: (p) => `The session token given for ${of(p)} is not valid`,
    advice: "submit the job again with fresh temporary credentials",
    isTransient: false,
  },
  RequestTimeTooSkewed: {
    failureCode: "s3.clock_skew",
    cause: (p) => `The store refused ${of(p)} because this server's clock differs too much from its own`,
    advice: "synchronize the clocks with NTP",
    isTransient: false,
  },
  InvalidObjectState: {
    failureCode: "s3.object_archived",
    cause: (p) => `The store holds ${of(p)} in an archive`,
    advice: "restore it before submitting the job",
    isTransient: false,
  },
  PermanentRedirect: {
    failureCode: "s3.wrong_region",
    cause: (p) => `The store does not serve ${of(p)} in region ${p.region}`,
    advice: "give the region that the bucket is in",
    isTransient: false,
  },
  AuthorizationHeaderMalformed: {
    failureCode: "s3.wrong_region",
    cause: (p) => `The store did not accept the signature for ${of(p)} in region ${p.region}`,
    advice: "give the region that the bucket is in and check the access key id",
    isTransient: false,
  },
  InvalidBucketName: {
    failureCode: "s3.invalid_bucket_name",
    cause: (p) => `The name of bucket ${p.bucket}, which should contain object ${p.key}, is not valid`,
    advice: "check the bucket's name",
    isTransient: false,
  },
  SlowDown: {
    failureCode: "s3.throttled",
    cause: (p) => `The store is throttling requests and did not serve ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  TooManyRequests: {
    failureCode: "s3.throttled",
    cause: (p) => `The store is throttling requests and did not serve ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  InternalError: {
    failureCode: "s3.unavailable",
    cause: (p) => `The store failed to serve ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  ServiceUnavailable: {
    failureCode: "s3.unavailable",
    cause: (p) => `The store is temporarily unavailable and did not serve ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  RequestTimeout: {
    failureCode: "s3.timeout",
    cause: (p) => `The store timed out on ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },

  ObjectTooLarge: {
    failureCode: "input.too_large",
    cause: (p) => `The size of ${of(p)} is ${p.detail}`,
    advice: "use a smaller file or a model that accepts larger ones",
    isTransient: false,
  },
  BodyTruncated: {
    failureCode: "s3.connection_lost",
    cause: (p) => `The connection to ${p.host} ended before all of ${of(p)} had arrived`,
    advice: tryLater,
    isTransient: true,
  },
  ChecksumMismatch: {
    failureCode: "s3.checksum_mismatch",
    cause: (p) => `The data of ${of(p)} does not match its ${p.detail} checksum`,
    advice: "try again later, and upload the object again if it persists",
    isTransient: true,
  },
  ConnectTimeout: {
    failureCode: "s3.timeout",
    cause: (p) => `Timed out connecting to ${p.host} to read ${of(p)}`,
    advice: "check the endpoint and the network, or try again later",
    isTransient: true,
  },
  HeadersTimeout: {
    failureCode: "s3.timeout",
    cause: (p) => `Timed out waiting for ${p.host} to respond for ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  BodyTimeout: {
    failureCode: "s3.timeout",
    cause: (p) => `Timed out in the middle of ${of(p)} from ${p.host}`,
    advice: tryLater,
    isTransient: true,
  },
  ConnectionReset: {
    failureCode: "s3.connection_lost",
    cause: (p) => `The connection to ${p.host} broke while reading ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  ConnectionRefused: {
    failureCode: "s3.unreachable",
    cause: (p) => `No server accepts connections at ${p.host} to read ${of(p)}`,
    advice: "check the endpoint, or try again later",
    isTransient: true,
  },
  HostUnreachable: {
    failureCode: "s3.unreachable",
    cause: (p) => `There is no route to ${p.host} to read ${of(p)}`,
    advice: "check the endpoint and the network, or try again later",
    isTransient: true,
  },
  NameLookupFailed: {
    failureCode: "s3.unreachable",
    cause: (p) => `The name ${p.host} could not be resolved to read ${of(p)}`,
    advice: "check DNS, or try again later",
    isTransient: true,
  },
  HostNotFound: {
    failureCode: "s3.host_not_found",
    cause: (p) => `There is no host ${p.host} to read ${of(p)} from`,
    advice: "check the endpoint, the region and the bucket's name",
    isTransient: false,
  },
  CertificateNotTrusted: {
    failureCode: "s3.certificate_not_trusted",
    cause: (p) => `The certificate of ${p.host}, asked for ${of(p)}, is not trusted`,
    advice: "check the endpoint and its certificate",
    isTransient: false,
  },
  InvalidResponse: {
    failureCode: "s3.invalid_response",
    cause: (p) => `The response of ${p.host} for ${of(p)} is not S3 over HTTP`,
    advice: "check the endpoint",
    isTransient: false,
  },
  ConnectionFailed: {
    failureCode: "s3.connection_failed",
    cause: (p) => `The connection to ${p.host} failed while reading ${of(p)}`,
    advice: "check the endpoint",
    isTransient: false,
  },
  TooSlow: {
    failureCode: "input.too_slow",
    cause: (p) => `${p.host} sends ${of(p)} too slowly, ${p.detail}`,
    advice: "check the store and the network, then submit the job again",
    isTransient: false,
  },
  InvalidEndpoint: {
    failureCode: "s3.invalid_endpoint",
    cause: (p) => `The endpoint given for ${of(p)} is not an http or https address`,
    advice: 'write it as "https://host:port"',
    isTransient: false,
  },
  InvalidRegion: {
    failureCode: "s3.wrong_region",
    cause: (p) => `The region ${p.region} given for ${of(p)} is not valid`,
    advice: 'write it as "us-east-1"',
    isTransient: false,
  },
  InvalidCredentials: {
    failureCode: "s3.invalid_credentials",
    cause: (p) => `The credentials given for ${of(p)} are empty or contain characters that credentials never contain`,
    advice: "check them for blanks and line ends",
    isTransient: false,
  },
  InvalidKey: {
    failureCode: "s3.invalid_key",
    cause: (p) => `The key ${p.key} cannot name an object in bucket ${p.bucket}`,
    advice: "give a key that is not empty and is well-formed Unicode",
    isTransient: false,
  },
};

function unknownFault(statusCode: number | null): CatalogueEntry {
  const isTransient = isTransientStatus(statusCode);
  return {
    failureCode: isTransient ? "s3.unavailable" : "s3.request_failed",
    cause: (p) =>
      `The store did not serve ${of(p)}` + (statusCode === null ? "" : ` and responded with status ${statusCode}`),
    advice: isTransient ? tryLater : "check the bucket, the key and the credentials",
    isTransient,
  };
}

/** A 5xx says that the fault is the store's and may pass, except for 501: the store cannot do it at all. */
function isTransientStatus(statusCode: number | null): boolean {
  return statusCode !== null && (statusCode === 429 || (statusCode >= 500 && statusCode !== 501));
}
