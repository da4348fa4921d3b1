/** Versions deployed as archives; a version can be deleted while jobs that it ran stay. */
export const modelArchivesMigration = /* sql */ `
ALTER TABLE millrace.model_versions ADD COLUMN archive json;
ALTER TABLE millrace.jobs DROP CONSTRAINT jobs_model_identifier_model_version_fkey;
`;
