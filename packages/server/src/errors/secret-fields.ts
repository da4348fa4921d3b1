import { inputSources } from "@millrace/contract";

/** Fields whose values are never shown: not in the log, not in an error. */
export const secretFields: readonly string[] = [
  ...new Set([
    "accessKeyId",
    "apiKey",
    "authorization",
    "cookie",
    "credentials",
    "password",
    "secret",
    "token",
    ...Object.values(inputSources).flatMap((source) => source.secretFields),
  ]),
];
