import type { Caller } from "../accounts/caller.js";
import { visibleJobs } from "../accounts/visible-jobs.js";
import { createParameters } from "../database/parameters.js";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { MillraceError } from "../errors/millrace-error.js";
import { JsonText } from "../json/json-text.js";
import { jobColumns, toDetails, toReceipt, type JobRow } from "./job-row.js";

/** Whether a string is a valid job identifier (a UUID). */
export function isJobIdentifier(text: string): boolean {
  return /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}

/**
 * Reads a job that the caller may see.
 *
 * @throws MillraceError `not_found`, also for a job of another account, project or team.
 */
export async function findJobRow(database: Database, caller: Caller, jobIdentifier: string): Promise<JobRow> {
  if (isJobIdentifier(jobIdentifier)) {
    const parameters = createParameters(jobIdentifier);
    const { rows } = await database.query<JobRow>(
      prepared(
        `SELECT ${jobColumns} FROM millrace.jobs j JOIN millrace.users u ON u.identifier = j.user_identifier
       WHERE j.identifier = $1 AND ${visibleJobs(caller, "j", parameters)}`,
        parameters.values,
      ),
    );
    if (rows[0] !== undefined) return rows[0];
  }
  throw new MillraceError(
    "not_found",
    `There is no job ${JSON.stringify(jobIdentifier)} in your account; GET /api/jobs/history lists your jobs.`,
  );
}

/**
 * The details of a job: a `JobDetails`.
 *
 * @param options.withInputs false leaves `jobInputs` empty, which keeps polling a large job cheap.
 */
export async function writeJobDetails(
  database: Database,
  caller: Caller,
  jobIdentifier: string,
  { withInputs: isWithInputs = true }: { readonly withInputs?: boolean } = {},
): Promise<JsonText> {
  const row = await findJobRow(database, caller, jobIdentifier);
  const details = toDetails(caller, row, [], new Date());
  if (!isWithInputs) return new JsonText(JSON.stringify(details));
  return withInputs(details, await readInputsJson(database, row, inputJson), "");
}

/** SQL of an input in the details of its job, from its `name`. */
export const inputJson = `'{"identifier":' || to_json(name) || '}'`;

/** The response to a submission: a `JobReceipt`. */
export async function findJobReceipt(database: Database, caller: Caller, jobIdentifier: string): Promise<JsonText> {
  const row = await findJobRow(database, caller, jobIdentifier);
  return writeReceipt(caller, row, await readInputsJson(database, row, "to_json(name)::text"));
}

/** @param namesJson a list of the names of all inputs. */
export function writeReceipt(caller: Caller, row: JobRow, namesJson: string): JsonText {
  const receipt = toReceipt(caller, row, [], new Date());
  return withInputs(receipt, namesJson, "}", { jobIdentifier: receipt.jobIdentifier });
}

/**
 * Puts the inputs of a job into its JSON; making an object of each would hold the thread for as long as the job is large.
 *
 * @param value its last member is the empty list of inputs.
 * @param end what closes the objects within it.
 * @param identifiers of what was created.
 */
export function withInputs(
  value: object,
  inputsJson: string,
  end: string,
  identifiers?: Readonly<Record<string, string>>,
): JsonText {
  const text = JSON.stringify(value);
  return new JsonText(`${text.slice(0, -`[]${end}}`.length)}${inputsJson}${end}}`, identifiers);
}

// The database writes a text of so many, and the driver reads it at once.
const inputsPerText = 50_000;

/** @param inputJson SQL of what stands for an input, from its `name`. */
async function readInputsJson(
  database: Database,
  { id, total }: Pick<JobRow, "id" | "total">,
  inputJson: string,
): Promise<string> {
  const texts: string[] = [];
  for (let first = 0; first < total; first += inputsPerText) {
    const { rows } = await database.query<{ text: string | null }>(
      prepared(
        `SELECT string_agg(${inputJson}, ',' ORDER BY position) AS text
         FROM millrace.inputs WHERE job_id = $1 AND position >= $2 AND position < $3`,
        [id, first, first + inputsPerText],
      ),
    );
    if (rows[0]?.text) texts.push(rows[0].text);
  }
  return `[${texts.join(",")}]`;
}
