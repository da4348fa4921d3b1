/** Whose a model's identifier is: the account's that made it first, or nobody's for one from a models directory. */
export const modelOwnersMigration = /* sql */ `
CREATE TABLE millrace.model_owners (
  model_identifier text PRIMARY KEY,
  account_identifier text REFERENCES millrace.accounts
);
INSERT INTO millrace.model_owners
  SELECT DISTINCT ON (v.model_identifier) v.model_identifier,
    (SELECT u.account_identifier FROM millrace.users u WHERE lower(u.email) = lower(v.created_by_email) ORDER BY u.created_at LIMIT 1)
  FROM millrace.model_versions v ORDER BY v.model_identifier, v.created_at;
`;
