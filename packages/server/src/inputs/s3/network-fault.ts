import type { Fault } from "./error-catalogue.js";

/** Maps a failed connection to a code of the catalogue. */
export function networkFault(error: Error, host: string): Fault {
  // It contains the bytes that failed to parse, which must not be logged, so it is not kept as the cause.
  if (error.name === "HTTPParserError") return { code: "InvalidResponse", host };
  const systemCode = (error as NodeJS.ErrnoException).code ?? "";
  const code = faultsByCode[systemCode] ?? (isCertificateFault(systemCode) ? "CertificateNotTrusted" : null);
  return { code: code ?? "ConnectionFailed", host, cause: error };
}

const faultsByCode: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: "ConnectTimeout",
  UND_ERR_HEADERS_TIMEOUT: "HeadersTimeout",
  UND_ERR_BODY_TIMEOUT: "BodyTimeout",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "BodyTruncated",
  UND_ERR_SOCKET: "ConnectionReset",
  UND_ERR_HEADERS_OVERFLOW: "InvalidResponse",
  ECONNRESET: "ConnectionReset",
  ECONNABORTED: "ConnectionReset",
  EPIPE: "ConnectionReset",
  ETIMEDOUT: "ConnectTimeout",
  ECONNREFUSED: "ConnectionRefused",
  EHOSTUNREACH: "HostUnreachable",
  ENETUNREACH: "HostUnreachable",
  EAI_AGAIN: "NameLookupFailed",
  ENOTFOUND: "HostNotFound",
};

/** The codes of OpenSSL's verification, see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isCertificateFault(code: string): boolean {
  return /CERT|UNABLE_TO_|ISSUER|CRL|^HOSTNAME_MISMATCH$/.test(code);
}
