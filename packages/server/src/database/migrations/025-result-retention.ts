/** Hours after the end of a job at which its results are deleted; null: as the server is set, 0: never. */
export const resultRetentionMigration = /* sql */ `
ALTER TABLE millrace.jobs ADD COLUMN delete_results_after_hours int;
CREATE INDEX jobs_with_own_retention ON millrace.jobs (ended_at)
  WHERE delete_results_after_hours > 0 AND results_deleted_at IS NULL AND ended_at IS NOT NULL;
`;
