/** How often each version answered each class and saw inputs of each kind, by the hour; nothing of an input itself. */
export const driftMigration = /* sql */ `
CREATE TABLE millrace.drift_counts (
  model_identifier text NOT NULL,
  model_version text NOT NULL,
  account_identifier text NOT NULL REFERENCES millrace.accounts,
  team_identifier text NOT NULL,
  project_identifier text NOT NULL,
  hour timestamptz NOT NULL,
  feature text NOT NULL,
  bin text NOT NULL,
  -- Jobs that run at the same time count in rows of their own, so that they do not wait for each other.
  shard smallint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (model_identifier, model_version, account_identifier, hour, feature, bin, team_identifier, project_identifier, shard)
);
`;
