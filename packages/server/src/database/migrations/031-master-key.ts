/** Which master key seals, and which processes know which keys; of the keys themselves only their ids. */
export const masterKeyMigration = /* sql */ `
CREATE TABLE millrace.master_key (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  in_use text NOT NULL,
  retiring text,
  started_at timestamptz,
  finished_at timestamptz
);
CREATE TABLE millrace.master_key_holders (
  process uuid PRIMARY KEY,
  host text NOT NULL,
  key_ids text[] NOT NULL,
  sealing text,
  seen_at timestamptz NOT NULL DEFAULT now()
);
`;
