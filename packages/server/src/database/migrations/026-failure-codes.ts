/** The code of an input's failure, from the catalogue; null for those that failed before there were codes. */
export const failureCodesMigration = /* sql */ `
ALTER TABLE millrace.inputs ADD COLUMN error_code text;
`;
