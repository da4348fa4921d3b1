import { BadRequestError, MillraceError, type InputAccess } from "@millrace/client";
import type { Command } from "commander";
import { withAwsOptions, type AwsOptions } from "../aws/options.js";
import type { S3Access } from "../aws/session.js";

/** The options that {@link withRetryAccess} adds. */
export interface RetryOptions extends AwsOptions {
  readonly account?: string;
  readonly endpoint?: string;
}

/** Opens AWS credentials when a job turns out to need them. */
export type FindS3Access = (options: AwsOptions) => Promise<S3Access>;

/** An option that says how to reach the data of a job that is retried. */
interface AccessOption {
  readonly name: Exclude<keyof RetryOptions, keyof AwsOptions>;
  readonly flags: string;
  readonly description: string;
  readonly toAccess: (
    value: string,
    options: RetryOptions,
    environment: NodeJS.ProcessEnv,
    findS3Access: FindS3Access,
  ) => Promise<InputAccess> | InputAccess;
}

/** Access options that name where the data is; the first one given applies. */
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
    toAccess: async (endpoint, options, _environment, findS3Access) => {
      const access = await findS3Access(options);
      return { ...access, endpoint };
    },
  },
];

/** Adds the options that {@link retryAccess} reads. */
export function withRetryAccess(command: Command): Command {
  for (const { flags, description } of accessOptions) command.option(flags, description);
  return withAwsOptions(command);
}

/**
 * How to access the data of a retried job, as its options say.
 *
 * @returns undefined when they say nothing.
 * @throws MillraceError when the key of a storage account is missing.
 */
export async function retryAccess(
  options: RetryOptions,
  findS3Access: FindS3Access,
  environment = process.env,
): Promise<InputAccess | undefined> {
  for (const { name, toAccess } of accessOptions) {
    const value = options[name];
    if (value !== undefined) return toAccess(value, options, environment, findS3Access);
  }
  const { awsProfile, region, signRequest, requestPayer } = options;
  const isAws = awsProfile !== undefined || region !== undefined || signRequest === false || requestPayer === true;
  return isAws ? findS3Access(options) : undefined;
}

/** Whether the server refused a retry because it no longer has the credentials for S3. */
export function needsS3Access(error: unknown): boolean {
  return error instanceof BadRequestError && error.message.includes("input.accessKeyID is missing");
}

function azureAccess(account: string, _options: RetryOptions, environment: NodeJS.ProcessEnv): InputAccess {
  const storageAccountKey = environment["AZURE_STORAGE_KEY"];
  if (storageAccountKey === undefined || storageAccountKey === "")
    throw new MillraceError(`No key for the storage account ${account}: set AZURE_STORAGE_KEY.`);
  return { storageAccount: account, storageAccountKey };
}
