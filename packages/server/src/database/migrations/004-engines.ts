/** What each worker has: its processors, and its engines as of the last heartbeat. */
export const enginesMigration = /* sql */ `
ALTER TABLE millrace.workers ADD COLUMN cpu_count int NOT NULL DEFAULT 1, ADD COLUMN engines json NOT NULL DEFAULT '[]';
`;
