import type { Database } from "../database/transaction.js";
import type { GivenInput, ServerInputs } from "../inputs/sources/input-source.js";
import { sourceRegistry, type FetchAccess } from "../inputs/sources/registry.js";
import type { SealedColumn } from "../storage/sealed-column.js";
import type { SecretBox } from "../storage/secret-box.js";

export const sealedAccess: SealedColumn = {
  table: "millrace.job_credentials",
  column: "sealed",
  key: "job_id",
  context: "(SELECT j.identifier FROM millrace.jobs j WHERE j.id = t.job_id)",
};

type AnyInput = GivenInput<keyof ServerInputs>;

/** The data access in a submission; undefined when the submission contains the inputs themselves. */
export function accessOf(input: AnyInput): FetchAccess | undefined {
  return sourceRegistry.require(input.type).toAccess?.(input);
}

/** Whether an input holds credentials, which must be sent again to retry its job. */
export function hasCredentials(input: AnyInput): boolean {
  const { isStored, secretFields } = sourceRegistry.require(input.type);
  const fields = new Map<string, unknown>(Object.entries(input));
  return !isStored && secretFields.some((field) => Boolean(fields.get(field)));
}

/** Stores a job's access encrypted in `job_credentials`; the row is deleted when the job ends. */
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

/**
 * Decrypts a job's access.
 *
 * @param job provides the input type, which access sealed by earlier versions does not contain.
 */
export function openAccess(
  secrets: SecretBox,
  job: { readonly identifier: string; readonly inputType: string },
  sealed: Buffer | null,
): FetchAccess {
  const access = sealed === null ? {} : (JSON.parse(secrets.open(sealed, job.identifier)) as object);
  return { ...access, type: job.inputType } as FetchAccess;
}
