import type { Caller } from "../accounts/caller.js";
import { prepared } from "../database/prepared.js";
import type { Database } from "../database/transaction.js";
import { findJobRow } from "../jobs/find-job.js";
import type { PositionRange } from "../outcomes/read-outcomes.js";
import { findPosition } from "./find-position.js";

/** How many users rated a result right, and how many wrong. */
export interface Votes {
  readonly up: number;
  readonly down: number;
}

export type Vote = "UP" | "DOWN" | "NO_VOTES";

/** Reads the votes on some inputs of a job, by position; inputs without votes are omitted. */
export async function readVotes(
  database: Database,
  jobId: number,
  first: number,
  last: number,
): Promise<Map<number, Votes>> {
  const { rows } = await database.query<Votes & { position: number }>(
    prepared(
      `SELECT position, count(*) FILTER (WHERE is_up) AS up, count(*) FILTER (WHERE NOT is_up) AS down
       FROM millrace.votes WHERE job_id = $1 AND position BETWEEN $2 AND $3 GROUP BY position`,
      [jobId, first, last],
    ),
  );
  return new Map(rows.map(({ position, up, down }) => [position, { up, down }]));
}

/** Whether anybody voted on the inputs of a range; primary key of votes. */
export async function hasAnyVotes(database: Database, jobId: number, { first, last }: PositionRange): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    prepared("SELECT EXISTS (SELECT FROM millrace.votes WHERE job_id = $1 AND position BETWEEN $2 AND $3) AS found", [
      jobId,
      first,
      last,
    ]),
  );
  return rows[0]?.found ?? false;
}

interface Place {
  readonly job: string;
  readonly input: string;
}

/** Sets the caller's vote on a result, replacing an earlier one; null removes it. */
export async function vote(database: Database, caller: Caller, place: Place, isUp: boolean | null): Promise<void> {
  const { jobId, position } = await find(database, caller, place);
  if (isUp === null) {
    await database.query("DELETE FROM millrace.votes WHERE job_id = $1 AND position = $2 AND user_identifier = $3", [
      jobId,
      position,
      caller.userIdentifier,
    ]);
    return;
  }
  await database.query(
    `INSERT INTO millrace.votes (job_id, position, user_identifier, is_up) VALUES ($1, $2, $3, $4)
     ON CONFLICT (job_id, position, user_identifier) DO UPDATE SET is_up = excluded.is_up`,
    [jobId, position, caller.userIdentifier, isUp],
  );
}

/** The caller's vote on a result. */
export async function readOwnVote(database: Database, caller: Caller, place: Place): Promise<Vote> {
  const { jobId, position } = await find(database, caller, place);
  const { rows } = await database.query<{ is_up: boolean }>(
    "SELECT is_up FROM millrace.votes WHERE job_id = $1 AND position = $2 AND user_identifier = $3",
    [jobId, position, caller.userIdentifier],
  );
  if (rows[0] === undefined) return "NO_VOTES";
  return rows[0].is_up ? "UP" : "DOWN";
}

async function find(database: Database, caller: Caller, place: Place): Promise<{ jobId: number; position: number }> {
  const job = await findJobRow(database, caller, place.job);
  return { jobId: job.id, position: await findPosition(database, job, place.input) };
}
