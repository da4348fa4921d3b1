import type { Pool } from "pg";

/** A change of a job's status; `before` is null for a new job. */
export interface StatusChange {
  readonly job_id: number;
  readonly before: string | null;
  readonly after: string;
}

/** Tells the status changes of jobs that were committed since it was asked last. */
export type ReadStatusChanges = () => Promise<StatusChange[]>;

/** Makes the database itself note every change of a status, whichever statement makes it. */
export async function recordStatusChanges(pool: Pool): Promise<ReadStatusChanges> {
  await pool.query(`
    CREATE TABLE public.status_changes (
      sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id bigint, before text, after text);
    CREATE FUNCTION public.note_status() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      row jsonb := to_jsonb(NEW);
      before text := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD)->>'status' END;
    BEGIN
      IF before IS DISTINCT FROM row->>'status' THEN
        INSERT INTO public.status_changes (job_id, before, after)
        VALUES ((row->>'id')::bigint, before, row->>'status');
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER note_status AFTER INSERT OR UPDATE ON millrace.jobs FOR EACH ROW EXECUTE FUNCTION public.note_status();
  `);
  let last = 0;
  return async () => {
    const { rows } = await pool.query<StatusChange & { sequence: number }>(
      `SELECT sequence, job_id, before, after FROM public.status_changes WHERE sequence > $1 ORDER BY sequence`,
      [last],
    );
    last = rows.at(-1)?.sequence ?? last;
    return rows;
  };
}
