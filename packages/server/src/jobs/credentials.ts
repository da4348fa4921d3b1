import type { AwsS3Input, StorageGridInput } from "@millrace/contract";
import type { Database } from "../database/transaction.js";
import type { FetchAccess } from "../inputs/fetch-access.js";
import type { ParsedSubmission, InputAccess } from "./parse-submission.js";
import type { SecretBox } from "../storage/secret-box.js";

/** The access that a submission carries; undefined for inputs that are in the submission itself. */
export function accessOf(input: InputAccess | NonNullable<ParsedSubmission["input"]>): FetchAccess | undefined {
  switch (input.type) {
    case "aws-s3":
      return s3Access(input);
    case "aws-s3-folder":
      return { ...s3Access(input), folders: "sources" in input ? input.sources : undefined };
    case "storage-grid":
      return { ...s3Access(input), endpoint: withProtocol(input.endpoint) };
    case "azureblob":
      return { storageAccount: input.storageAccount, storageAccountKey: input.storageAccountKey };
    case "jdbc": {
      const { url, username, password, query } = input;
      return { database: { url, username, password, query } };
    }
    default:
      return undefined;
  }
}

/** Whether an access holds credentials, which a job that is retried needs again. */
export function hasCredentials(access: FetchAccess | undefined): boolean {
  return access?.accessKeyId !== undefined || access?.storageAccountKey !== undefined;
}

function s3Access(
  input: Pick<AwsS3Input | StorageGridInput, "accessKeyID" | "secretAccessKey" | "sessionToken" | "region">,
): FetchAccess {
  return {
    accessKeyId: input.accessKeyID || undefined,
    secretAccessKey: input.secretAccessKey || undefined,
    sessionToken: input.sessionToken || undefined,
    region: input.region || undefined,
  };
}

function withProtocol(endpoint: string): string {
  return /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
}

/** Seals a job's access into its row of `job_credentials`, which is deleted when the job ends. */
export async function storeAccess(
  transaction: Database,
  secrets: SecretBox,
  job: { readonly id: number; readonly identifier: string },
  access: FetchAccess,
): Promise<void> {
  await transaction.query("INSERT INTO millrace.job_credentials (job_id, sealed) VALUES ($1, $2)", [
    job.id,
    secrets.seal(JSON.stringify(access), job.identifier),
  ]);
}

/** Opens a job's sealed access. */
export function openAccess(secrets: SecretBox, jobIdentifier: string, sealed: Buffer): FetchAccess {
  return JSON.parse(secrets.open(sealed, jobIdentifier)) as FetchAccess;
}
