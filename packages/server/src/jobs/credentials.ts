import type { AwsS3Input } from "@millrace/contract";
import type { Database } from "../database/transaction.js";
import type { FetchAccess } from "../inputs/fetch-access.js";
import type { InputAccess, UploadInput } from "./parse-submission.js";
import type { SecretBox } from "../storage/secret-box.js";

/** The access that a submission carries; undefined for inputs that are in the submission itself. */
export function accessOf(input: InputAccess | UploadInput): FetchAccess | undefined {
  return input.type === "aws-s3" ? s3Access(input) : undefined;
}

function s3Access(input: Omit<AwsS3Input, "sources">): FetchAccess {
  return {
    accessKeyId: input.accessKeyID || undefined,
    secretAccessKey: input.secretAccessKey || undefined,
    sessionToken: input.sessionToken || undefined,
    region: input.region || undefined,
  };
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
