import { readFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";
import { inputFailures, requestErrors, type CatalogueEntry } from "../packages/contract/src/index.js";

/** Path of the reference. */
export const referencePath = new URL("../docs/errors.md", import.meta.url);

/** Generates docs/errors.md from the catalogue. */
export async function writeErrorReference(): Promise<string> {
  const requests = Object.entries(requestErrors).map(([code, entry]) =>
    row([`\`${code}\``, `${entry.statusCode}`], entry),
  );
  const failures = Object.entries(inputFailures).map(([code, entry]) => row([`\`${code}\``], entry));
  const text = `# Errors

<!-- Generated from the catalogue in packages/contract by \`npm run docs:errors\`. -->

Every error has a \`code\` for programs and a message for people. Codes are stable; messages may change. Retryable means that the
same request, or the same input, may succeed later without a change.

## Requests

An error response has the fields \`statusCode\`, \`status\`, \`code\`, \`message\`, \`requestId\` and \`reportErrorUrl\`. The request id is
also in the header \`x-request-id\` and in every line that the server logs for the request. Send your own \`x-request-id\`, up to
64 letters, digits, dots, underscores and hyphens, to use that instead. In the SDK: \`ApiError.code\` and \`ApiError.requestId\`.

\`reportErrorUrl\` is where your users get help: the address in [\`MILLRACE_SUPPORT_URL\`](configuration.md), or \`/api/errors/<code>\` on the
server, which answers with the meaning of the code and what to do.

| Code | Status | Meaning | What to do | Retryable |
|---|---|---|---|---|
${requests.join("\n")}

## Inputs

A failed input has a \`code\` beside its \`error\`, in the results (\`failures[name].code\`) and in the job's \`input\` events. It is null
for inputs that succeeded, and for those that failed before codes were recorded.

| Code | Meaning | What to do | Retryable |
|---|---|---|---|
${failures.join("\n")}
`;
  return format(text, { ...(await resolveConfig(referencePath)), parser: "markdown" });
}

/** The current reference. */
export function readErrorReference(): Promise<string> {
  return readFile(referencePath, "utf8");
}

function row(first: readonly string[], { meaning, advice, isRetryable }: CatalogueEntry): string {
  return `| ${[...first, meaning, advice, isRetryable ? "yes" : "no"].join(" | ")} |`;
}
