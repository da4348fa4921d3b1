import Type from "typebox";
import { parseSizeBytes } from "@millrace/runners";
import type { ClientLimits } from "../limits/client-limits.js";
import { machineMemoryBytes, memorySize } from "./memory.js";
import type { Settings } from "./settings.js";

const connections = { pattern: "^[1-9]\\d{0,5}$", expected: "a whole number from 1 to 999999" } as const;

export const limitVariables = {
  MILLRACE_MAX_CONNECTIONS: Type.Optional(
    Type.String({
      ...connections,
      description: "Open connections to the API; more are closed at once. Default: 2000.",
    }),
  ),
  MILLRACE_MAX_CONNECTIONS_PER_ADDRESS: Type.Optional(
    Type.String({
      ...connections,
      description:
        "Open connections to the API from one address; more are closed at once. Does not apply to trusted proxies. Default: 1000.",
    }),
  ),
  MILLRACE_MAX_OPEN_REQUESTS_PER_KEY: Type.Optional(
    Type.String({
      ...connections,
      description:
        "Open requests of one API key, including event streams; more get 503 with Retry-After. Default: 500, half of what one address can have.",
    }),
  ),
  MILLRACE_MAX_SUBMISSION: Type.Optional(
    Type.String({
      ...memorySize,
      description:
        "Largest body of a submission, for example `128Mi`. A submission of 100,000 S3 objects takes about 10 MiB; base64 makes embedded files a third larger. Default: `64Mi`. Uploads take pieces of up to 32 MiB, all other bodies 1 MiB.",
    }),
  ),
  MILLRACE_MAX_ARCHIVE: Type.Optional(
    Type.String({
      ...memorySize,
      description: "Largest archive of a model. Default: `256Mi`.",
    }),
  ),
  MILLRACE_BODY_MEMORY: Type.Optional(
    Type.String({
      ...memorySize,
      description:
        "Memory for all request bodies together; one API key can use half of it. Requests beyond it get 503 with Retry-After. Default: a quarter of the machine's memory, at most `512Mi`.",
    }),
  ),
  MILLRACE_REQUEST_TIMEOUT_SECONDS: Type.Optional(
    Type.String({
      pattern: "^[1-9]\\d{0,4}$",
      expected: "a whole number of seconds from 1 to 99999",
      description: "Seconds that a request may take to arrive. Default: 300.",
    }),
  ),
};

/** What clients of the API may take up; a caller may give single limits. */
export function clientLimits(
  given: Partial<ClientLimits> | undefined,
  settings: Settings<typeof limitVariables>,
): ClientLimits {
  return {
    connections: Number(settings.MILLRACE_MAX_CONNECTIONS ?? 2_000),
    connectionsPerAddress: Number(settings.MILLRACE_MAX_CONNECTIONS_PER_ADDRESS ?? 1_000),
    openRequestsPerKey: Number(settings.MILLRACE_MAX_OPEN_REQUESTS_PER_KEY ?? 500),
    submissionBytes: parseSizeBytes(settings.MILLRACE_MAX_SUBMISSION ?? "64Mi"),
    archiveBytes: parseSizeBytes(settings.MILLRACE_MAX_ARCHIVE ?? "256Mi"),
    bodyMemoryBytes:
      settings.MILLRACE_BODY_MEMORY === undefined
        ? Math.floor(Math.min(512 * 2 ** 20, machineMemoryBytes() / 4))
        : parseSizeBytes(settings.MILLRACE_BODY_MEMORY),
    requestMs: Number(settings.MILLRACE_REQUEST_TIMEOUT_SECONDS ?? 300) * 1_000,
    headersMs: 20_000,
    ...given,
  };
}
