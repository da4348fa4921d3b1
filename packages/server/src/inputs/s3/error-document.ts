import { XMLParser } from "fast-xml-parser";

/** The fields used from an S3 error document. Its message is not used: it may repeat an access key id. */
export interface ErrorDocument {
  readonly code: string | null;
  readonly region: string | null;
  readonly endpoint: string | null;
}

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, processEntities: false });

/** Parses the body of an error response. If it is not an S3 error document, the fields are null and the status must do. */
export function parseErrorDocument(body: Uint8Array): ErrorDocument {
  const error = childOf(parseXml(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")), "Error");
  return {
    code: matching(childOf(error, "Code"), /^[A-Za-z][A-Za-z0-9.]{0,63}$/),
    region: matching(childOf(error, "Region"), /^.{1,64}$/),
    endpoint: matching(childOf(error, "Endpoint"), /^.{1,255}$/),
  };
}

/** The code of a refusal without a document, for example one of a proxy. */
export function codeOfStatus(statusCode: number): string {
  return codesByStatus[statusCode] ?? `HTTP${statusCode}`;
}

const codesByStatus: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  302: "PermanentRedirect",
  307: "PermanentRedirect",
  308: "PermanentRedirect",
  401: "AccessDenied",
  403: "AccessDenied",
  404: "NotFound",
  408: "RequestTimeout",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
};

function parseXml(text: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    // Not XML: the body is useless.
    return null;
  }
}

function childOf(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>)[name] : undefined;
}

function matching(value: unknown, pattern: RegExp): string | null {
  return typeof value === "string" && pattern.test(value) ? value : null;
}
