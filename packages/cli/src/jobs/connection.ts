import { MillraceClient, MillraceError } from "@millrace/client";
import type { Command } from "commander";

/** Where the server is, as every command that talks to one takes it. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly key?: string;
}

/** Adds the options that say which server is meant. */
export function withConnection(command: Command): Command {
  return command
    .option("--url <address>", "server URL (default: MILLRACE_URL or http://127.0.0.1:8080)")
    .option("--key <prefix.secret>", "API key (default: MILLRACE_API_KEY)");
}

/** @throws MillraceError with one sentence when there is no key. */
export function connect({ url, key }: ConnectionOptions, environment = process.env): MillraceClient {
  const apiKey = key ?? environment["MILLRACE_API_KEY"];
  if (apiKey === undefined || apiKey === "")
    throw new MillraceError(
      "No API key. Set MILLRACE_API_KEY or pass --key. The server printed a key when it first started.",
    );
  return new MillraceClient({ baseUrl: url ?? environment["MILLRACE_URL"] ?? "http://127.0.0.1:8080", apiKey });
}

/** How commands take what the environment does not say about buckets. */
export interface BucketOptions {
  readonly requestPayer?: boolean;
}

/** Adds the options that {@link awsAccess} reads. */
export function withBucketOptions(command: Command): Command {
  return command.option("--request-payer", "pay for the requests to buckets whose owners do not");
}

/** S3 credentials from the usual variables; none for public objects. */
export function awsAccess({ requestPayer = false }: BucketOptions, environment = process.env) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION } = environment;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  return {
    ...(AWS_ACCESS_KEY_ID === undefined ? {} : { accessKeyID: AWS_ACCESS_KEY_ID }),
    ...(AWS_SECRET_ACCESS_KEY === undefined ? {} : { secretAccessKey: AWS_SECRET_ACCESS_KEY }),
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
    ...(region === undefined ? {} : { region }),
    ...(requestPayer ? { requestPayer: "requester" as const } : {}),
  };
}
