/**
 * Old counts are found by their hour. A summary of ranges of pages is enough, as rows are written in the order of time, and costs those who
 * count nothing.
 */
export const driftByHourMigration = /* sql */ `
CREATE INDEX drift_counts_by_hour ON millrace.drift_counts USING brin (hour) WITH (autosummarize = on);
`;
