/** What narrows an API key: its end, its scopes, its models; and whether it came from the environment. */
export const keyLimitsMigration = /* sql */ `
ALTER TABLE millrace.api_keys
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN scopes text[],
  ADD COLUMN models text[],
  ADD COLUMN is_from_environment boolean NOT NULL DEFAULT false;
`;
