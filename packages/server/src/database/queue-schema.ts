/** The schema of the queue's tables: its own, as other programs in the same database may have a graphile-worker, too. */
export const queueSchema = "millrace_queue";
