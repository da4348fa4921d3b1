/** Which worker can run which versions. A version without a maximum has as many engines as the workers have room for. */
export const placementMigration = /* sql */ `
ALTER TABLE millrace.workers
  ADD COLUMN memory_bytes bigint NOT NULL DEFAULT 0,
  ADD COLUMN gpu_count int NOT NULL DEFAULT 0,
  ADD COLUMN runnable text[] NOT NULL DEFAULT '{}';
ALTER TABLE millrace.model_versions ALTER COLUMN maximum_engines DROP NOT NULL;
UPDATE millrace.model_versions SET maximum_engines = NULL;
`;
