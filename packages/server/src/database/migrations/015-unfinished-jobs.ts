/** The jobs that have not ended, which is what people look for first and what most jobs of a server are not. */
export const unfinishedJobsMigration = /* sql */ `
CREATE INDEX jobs_unfinished ON millrace.jobs (account_identifier, created_at DESC, id DESC) WHERE ended_at IS NULL;
`;
