/** Hours after the end of a job at which its results are deleted; null: as the server is set. */
export const resultRetentionMigration = /* sql */ `
ALTER TABLE millrace.jobs ADD COLUMN delete_results_after_hours int;
`;
