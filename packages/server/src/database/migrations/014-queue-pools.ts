/** The queue locks a task for a pool, not for one of its workers. */
export const queuePoolsMigration = /* sql */ `
ALTER TABLE millrace.workers RENAME COLUMN queue_worker_ids TO queue_pool_ids;
`;
