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

/** The access that a submission carries; undefined for inputs that are in the submission itself. */
export function accessOf(input: AnyInput): FetchAccess | undefined {
  return sourceRegistry.require(input.type).toAccess?.(input);
}

/** Whether an input holds credentials, which a job that is retried needs again. */
export function hasCredentials(input: AnyInput): boolean {
  const { isStored, secretFields } = sourceRegistry.require(input.type);
  const fields = new Map<string, unknown>(Object.entries(input));
  return !isStored && secretFields.some((field) => Boolean(fields.get(field)));
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

/**
 * Opens a job's sealed access.
 *
 * @param job the type of its input is taken from here: access that was sealed by earlier versions does not hold it.
 */
export function openAccess(
  secrets: SecretBox,
  job: { readonly identifier: string; readonly inputType: string },
  sealed: Buffer | null,
): FetchAccess {
  const access = sealed === null ? {} : (JSON.parse(secrets.open(sealed, job.identifier)) as object);
  return { ...access, type: job.inputType } as FetchAccess;
}
