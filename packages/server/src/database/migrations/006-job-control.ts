/** Priority, pause, failure limit and retry of jobs; what became of their inputs in order; when their data is deleted. */
export const jobControlMigration = /* sql */ `
ALTER TABLE millrace.jobs
  ADD COLUMN priority smallint NOT NULL DEFAULT 0,
  ADD COLUMN paused_at timestamptz,
  ADD COLUMN status_reason text,
  ADD COLUMN maximum_failed int,
  ADD COLUMN maximum_failed_percent double precision,
  ADD COLUMN needs_access boolean NOT NULL DEFAULT false,
  ADD COLUMN is_image_classification boolean NOT NULL DEFAULT false,
  ADD COLUMN event_count bigint NOT NULL DEFAULT 0,
  ADD COLUMN delete_inputs_after_hours int NOT NULL DEFAULT 24,
  ADD COLUMN inputs_deleted_at timestamptz,
  ADD COLUMN results_deleted_at timestamptz;
CREATE INDEX jobs_with_inputs ON millrace.jobs (ended_at) WHERE inputs_deleted_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX jobs_with_results ON millrace.jobs (ended_at) WHERE results_deleted_at IS NULL AND ended_at IS NOT NULL;

CREATE TABLE millrace.job_events (
  job_id bigint NOT NULL,
  last_event bigint NOT NULL,
  positions int[] NOT NULL,
  PRIMARY KEY (job_id, last_event)
);
`;
