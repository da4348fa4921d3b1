/** How a job's explanations are made, and why there are none. */
export const explanationsMigration = /* sql */ `
ALTER TABLE millrace.jobs
  ADD COLUMN explanation_options json,
  ADD COLUMN explanation_notice text;
`;
