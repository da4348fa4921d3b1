/** Fields whose values are never shown: not in the log, not in an error. */
export const secretFields: readonly string[] = [
  "accessKeyID",
  "accessKeyId",
  "apiKey",
  "authorization",
  "credentials",
  "password",
  "secretAccessKey",
  "sessionToken",
  "storageAccountKey",
];
