import { MillraceError, type InputAccess } from "@millrace/client";
import type { Command } from "commander";
import { awsAccess, withBucketOptions, type BucketOptions } from "./connection.js";

/** The options that {@link withRetryAccess} adds. */
export interface RetryOptions extends BucketOptions {
  readonly account?: string;
  readonly endpoint?: string;
}

/** An option that says how to reach the data of a job that is retried. */
interface AccessOption {
  readonly name: Exclude<keyof RetryOptions, keyof BucketOptions>;
  readonly flags: string;
  readonly description: string;
  readonly toAccess: (value: string, buckets: BucketOptions, environment: NodeJS.ProcessEnv) => InputAccess;
}

/** Access options that the environment alone does not determine; the first one given applies. */
const accessOptions: readonly AccessOption[] = [
  {
    name: "account",
    flags: "--account <name>",
    description: "the storage account of an Azure job; its key comes from AZURE_STORAGE_KEY",
    toAccess: azureAccess,
  },
  {
    name: "endpoint",
    flags: "--endpoint <address>",
    description: "the S3-compatible server of a storage-grid job",
    toAccess: (endpoint, buckets, environment) => ({ ...awsAccess(buckets, environment), endpoint }),
  },
];

/** Adds the options that {@link retryAccess} reads. */
export function withRetryAccess(command: Command): Command {
  for (const { flags, description } of accessOptions) command.option(flags, description);
  return withBucketOptions(command);
}

/**
 * How to access the data of a retried job: from the options, with secrets from the environment.
 *
 * @throws MillraceError when the key of a storage account is missing.
 */
export function retryAccess(options: RetryOptions, environment = process.env): InputAccess {
  for (const { name, toAccess } of accessOptions) {
    const value = options[name];
    if (value !== undefined) return toAccess(value, options, environment);
  }
  return awsAccess(options, environment);
}

function azureAccess(account: string, _buckets: BucketOptions, environment: NodeJS.ProcessEnv): InputAccess {
  const storageAccountKey = environment["AZURE_STORAGE_KEY"];
  if (storageAccountKey === undefined || storageAccountKey === "")
    throw new MillraceError(`No key for the storage account ${account}: set AZURE_STORAGE_KEY.`);
  return { storageAccount: account, storageAccountKey };
}
