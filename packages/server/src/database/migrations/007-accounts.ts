/** Roles, projects, and who made what. A key of a project sees the jobs of that project, and nothing else. */
export const accountsMigration = /* sql */ `
ALTER TABLE millrace.accounts ADD COLUMN status text NOT NULL DEFAULT 'Active';
ALTER TABLE millrace.users
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN last_active_at timestamptz;
CREATE UNIQUE INDEX users_by_email ON millrace.users (account_identifier, lower(email));

CREATE TABLE millrace.projects (
  identifier text PRIMARY KEY,
  account_identifier text NOT NULL REFERENCES millrace.accounts,
  user_identifier text NOT NULL REFERENCES millrace.users,
  name text NOT NULL,
  description text NOT NULL,
  status text NOT NULL DEFAULT 'Active',
  visibility text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account_identifier, name)
);

ALTER TABLE millrace.api_keys
  ADD COLUMN description text NOT NULL DEFAULT '',
  ADD COLUMN roles text[] NOT NULL DEFAULT '{DATA_SCIENTIST}',
  ADD COLUMN project_identifier text REFERENCES millrace.projects,
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN last_active_at timestamptz;
UPDATE millrace.api_keys SET roles = '{SYSTEM_OWNER,ACCOUNT_ADMIN,DATA_SCIENTIST}';
CREATE INDEX api_keys_by_account ON millrace.api_keys (account_identifier, created_at);

ALTER TABLE millrace.jobs ADD COLUMN project_identifier text;
ALTER TABLE millrace.model_versions ADD COLUMN created_by_email text;

CREATE TABLE millrace.process_samples (
  process uuid NOT NULL,
  sampled_at timestamptz NOT NULL DEFAULT now(),
  host text NOT NULL,
  cpu_available double precision NOT NULL,
  cpu_requested double precision NOT NULL,
  cpu_used double precision NOT NULL,
  memory_available bigint NOT NULL,
  memory_requested bigint NOT NULL,
  memory_used bigint NOT NULL,
  PRIMARY KEY (sampled_at, process)
);
`;
