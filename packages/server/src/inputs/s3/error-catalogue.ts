import { keyOf, type S3Object } from "./object.js";
import { S3Error } from "./s3-error.js";

/** What a sentence may speak of. Keys and buckets are quoted and escaped; nothing here is a secret. */
interface Place {
  readonly key: string;
  readonly bucket: string;
  readonly region: string;
  readonly host: string;
  readonly isAnonymous: boolean;
  /** Numbers and names that belong to this one fault. */
  readonly detail: string;
}

interface CatalogueEntry {
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
    region: JSON.stringify(object.region),
    host: fault.host ?? "the S3 server",
    isAnonymous: object.credentials === null,
    detail: fault.detail ?? "",
  };
  // A hostile store may send "constructor" as its code.
  const known = Object.hasOwn(errorCatalogue, fault.code) ? errorCatalogue[fault.code] : undefined;
  const entry = known ?? unknownFault(statusCode);
  const advice = typeof entry.advice === "string" ? entry.advice : entry.advice(place);
  return new S3Error(`${entry.cause(place)} (${fault.code}): ${advice}.`, {
    code: fault.code,
    statusCode,
    isTransient: entry.isTransient || isTransientStatus(statusCode),
    retryAfterMs: fault.retryAfterMs ?? null,
    cause: fault.cause,
  });
}

const of = (place: Place) => `object ${place.key} in bucket ${place.bucket}`;
const tryLater = "try again later";

/** Every code that has a sentence of its own. The first group is the store's, the second the client's. */
export const errorCatalogue: Readonly<Record<string, CatalogueEntry>> = {
  NoSuchKey: {
    cause: (p) => `There is no object ${p.key} in bucket ${p.bucket}`,
    advice: "check the key",
    isTransient: false,
  },
  NoSuchBucket: {
    cause: (p) => `There is no bucket ${p.bucket} to read object ${p.key} from`,
    advice: "check the bucket's name and the endpoint",
    isTransient: false,
  },
  InvalidListing: {
    cause: (p) => `What should have listed ${p.key} in bucket ${p.bucket} is no S3 listing`,
    advice: "check the endpoint",
    isTransient: false,
  },
  NotFound: { cause: (p) => `There is no ${of(p)}`, advice: "check the bucket and the key", isTransient: false },
  AccessDenied: {
    cause: (p) =>
      p.isAnonymous ? `Without credentials there is no access to ${of(p)}` : `These credentials may not read ${of(p)}`,
    advice: (p) =>
      p.isAnonymous
        ? "submit the job with credentials that may read it, or make the object public"
        : "grant them s3:GetObject on it, and check the key, as a store may answer this way when there is no such object",
    isTransient: false,
  },
  InvalidAccessKeyId: {
    cause: (p) => `The access key given for ${of(p)} is unknown to the store`,
    advice: "check the access key id and the endpoint",
    isTransient: false,
  },
  SignatureDoesNotMatch: {
    cause: (p) => `The secret access key given for ${of(p)} does not belong to the access key id`,
    advice: "check the secret access key",
    isTransient: false,
  },
  ExpiredToken: {
    cause: (p) => `The temporary credentials given for ${of(p)} have expired`,
    advice: "submit the job again with fresh ones",
    isTransient: false,
  },
  InvalidToken: {
    cause: (p) => `The session token given for ${of(p)} is not valid`,
    advice: "submit the job again with fresh temporary credentials",
    isTransient: false,
  },
  RequestTimeTooSkewed: {
    cause: (p) => `The store refused ${of(p)} because this server's clock differs too much from its own`,
    advice: "set the clocks by NTP",
    isTransient: false,
  },
  InvalidObjectState: {
    cause: (p) => `The store holds ${of(p)} in an archive`,
    advice: "restore it before submitting the job",
    isTransient: false,
  },
  PermanentRedirect: {
    cause: (p) => `The store wants ${of(p)} to be read from elsewhere than region ${p.region}`,
    advice: "give the region that the bucket is in",
    isTransient: false,
  },
  AuthorizationHeaderMalformed: {
    cause: (p) => `The store did not accept the signature for ${of(p)} in region ${p.region}`,
    advice: "give the region that the bucket is in and check the access key id",
    isTransient: false,
  },
  InvalidBucketName: {
    cause: (p) => `The name of bucket ${p.bucket}, from which object ${p.key} is to be read, is not allowed`,
    advice: "check the bucket's name",
    isTransient: false,
  },
  SlowDown: {
    cause: (p) => `The store asks for fewer requests and did not serve ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  TooManyRequests: {
    cause: (p) => `The store asks for fewer requests and did not serve ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  InternalError: { cause: (p) => `The store failed to serve ${of(p)}`, advice: tryLater, isTransient: true },
  ServiceUnavailable: {
    cause: (p) => `The store is not available at present to serve ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  RequestTimeout: { cause: (p) => `The store gave up waiting over ${of(p)}`, advice: tryLater, isTransient: true },

  ObjectTooLarge: {
    cause: (p) => `The size of ${of(p)} is ${p.detail}`,
    advice: "use a smaller file or a model that takes larger ones",
    isTransient: false,
  },
  BodyTruncated: {
    cause: (p) => `The connection to ${p.host} ended before all of ${of(p)} had arrived`,
    advice: tryLater,
    isTransient: true,
  },
  ChecksumMismatch: {
    cause: (p) => `What arrived of ${of(p)} does not match its ${p.detail} checksum`,
    advice: "try again later, and upload the object again if it stays so",
    isTransient: true,
  },
  ConnectTimeout: {
    cause: (p) => `Timed out connecting to ${p.host} to read ${of(p)}`,
    advice: "check the endpoint and the network, or try again later",
    isTransient: true,
  },
  HeadersTimeout: {
    cause: (p) => `No answer came from ${p.host} in time for ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  BodyTimeout: {
    cause: (p) => `The data from ${p.host} stopped in the middle of ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  ConnectionReset: {
    cause: (p) => `The connection to ${p.host} broke while reading ${of(p)}`,
    advice: tryLater,
    isTransient: true,
  },
  ConnectionRefused: {
    cause: (p) => `No server accepts connections at ${p.host} to read ${of(p)}`,
    advice: "check the endpoint, or try again later",
    isTransient: true,
  },
  HostUnreachable: {
    cause: (p) => `There is no route to ${p.host} to read ${of(p)}`,
    advice: "check the endpoint and the network, or try again later",
    isTransient: true,
  },
  NameLookupFailed: {
    cause: (p) => `The name ${p.host} could not be looked up at present to read ${of(p)}`,
    advice: "check the name service, or try again later",
    isTransient: true,
  },
  HostNotFound: {
    cause: (p) => `There is no host ${p.host} to read ${of(p)} from`,
    advice: "check the endpoint, the region and the bucket's name",
    isTransient: false,
  },
  CertificateNotTrusted: {
    cause: (p) => `The certificate of ${p.host}, asked for ${of(p)}, is not trusted`,
    advice: "check the endpoint and its certificate",
    isTransient: false,
  },
  InvalidResponse: {
    cause: (p) => `What ${p.host} answered for ${of(p)} is not S3 over HTTP`,
    advice: "check the endpoint",
    isTransient: false,
  },
  ConnectionFailed: {
    cause: (p) => `The connection to ${p.host} failed while reading ${of(p)}`,
    advice: "check the endpoint",
    isTransient: false,
  },
  InvalidEndpoint: {
    cause: (p) => `The endpoint given for ${of(p)} is not an http or https address`,
    advice: 'write it as "https://host:port"',
    isTransient: false,
  },
  InvalidRegion: {
    cause: (p) => `The region ${p.region} given for ${of(p)} is not a name of a region`,
    advice: 'write it as "us-east-1"',
    isTransient: false,
  },
  InvalidCredentials: {
    cause: (p) => `The credentials given for ${of(p)} are empty or hold characters that credentials never have`,
    advice: "check them for blanks and line ends",
    isTransient: false,
  },
  InvalidKey: {
    cause: (p) => `The key ${p.key} cannot name an object in bucket ${p.bucket}`,
    advice: "give a key that is not empty and is well-formed Unicode",
    isTransient: false,
  },
};

function unknownFault(statusCode: number | null): CatalogueEntry {
  const isTransient = isTransientStatus(statusCode);
  return {
    cause: (p) =>
      `The store did not serve ${of(p)}` + (statusCode === null ? "" : ` and answered with status ${statusCode}`),
    advice: isTransient ? tryLater : "check the bucket, the key and the credentials",
    isTransient,
  };
}

/** A 5xx says that the fault is the store's and may pass, except for 501: the store cannot do it at all. */
function isTransientStatus(statusCode: number | null): boolean {
  return statusCode !== null && (statusCode === 429 || (statusCode >= 500 && statusCode !== 501));
}
