/**
 * The way to an input by its name, which nothing else can take: with statistics of a time when the table was small, the planner
 * took (job_id, name) for the way to a range of positions too, and read a whole job for each batch.
 */
export const inputsByNameMigration = /* sql */ `
DROP INDEX millrace.inputs_by_name;
CREATE INDEX inputs_by_name ON millrace.inputs ((job_id + 0), name);
`;
