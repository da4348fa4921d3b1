import { MillraceError, type InputAccess } from "@millrace/client";
import type { Command } from "commander";
import { awsAccess } from "./connection.js";

/** An option that says how to reach the data of a job that is retried. */
interface AccessOption {
  readonly name: string;
  readonly flags: string;
  readonly description: string;
  readonly toAccess: (value: string, environment: NodeJS.ProcessEnv) => InputAccess;
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
    toAccess: (endpoint, environment) => ({ ...awsAccess(environment), endpoint }),
  },
];

/** Adds the options that {@link retryAccess} reads. */
export function withRetryAccess(command: Command): Command {
  for (const { flags, description } of accessOptions) command.option(flags, description);
  return command;
}

/**
 * How to access the data of a retried job: from the options, with secrets from the environment.
 *
 * @throws MillraceError when the key of a storage account is missing.
 */
export function retryAccess(options: object, environment = process.env): InputAccess {
  const given = new Map<string, unknown>(Object.entries(options));
  for (const { name, toAccess } of accessOptions) {
    const value = given.get(name);
    if (typeof value === "string") return toAccess(value, environment);
  }
  return awsAccess(environment);
}

function azureAccess(account: string, environment: NodeJS.ProcessEnv): InputAccess {
  const storageAccountKey = environment["AZURE_STORAGE_KEY"];
  if (storageAccountKey === undefined || storageAccountKey === "")
    throw new MillraceError(`No key for the storage account ${account}: set AZURE_STORAGE_KEY.`);
  return { storageAccount: account, storageAccountKey };
}
