/** Accounts, models, jobs and their inputs. Unfinished rows are updated in place, hence the room left on their pages. */
export const jobsMigration = /* sql */ `
CREATE TABLE millrace.accounts (
  identifier text PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE millrace.teams (
  identifier text PRIMARY KEY,
  account_identifier text NOT NULL REFERENCES millrace.accounts,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE millrace.users (
  identifier text PRIMARY KEY,
  account_identifier text NOT NULL REFERENCES millrace.accounts,
  external_identifier text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  email text NOT NULL,
  title text,
  picture_url text,
  status text NOT NULL DEFAULT 'Active',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE millrace.api_keys (
  prefix text PRIMARY KEY,
  secret_sha256 bytea NOT NULL,
  account_identifier text NOT NULL REFERENCES millrace.accounts,
  team_identifier text NOT NULL REFERENCES millrace.teams,
  user_identifier text NOT NULL REFERENCES millrace.users,
  name text NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  status text NOT NULL DEFAULT 'Active',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_keys_by_user ON millrace.api_keys (user_identifier);

CREATE TABLE millrace.model_versions (
  model_identifier text NOT NULL,
  version text NOT NULL,
  version_order int[] NOT NULL,
  status text NOT NULL DEFAULT 'active',
  manifest json NOT NULL,
  sample_input json NOT NULL,
  sample_output json NOT NULL,
  minimum_engines int NOT NULL DEFAULT 0,
  maximum_engines int NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (model_identifier, version)
);

CREATE TABLE millrace.jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  identifier uuid NOT NULL UNIQUE,
  account_identifier text NOT NULL REFERENCES millrace.accounts,
  team_identifier text NOT NULL,
  user_identifier text NOT NULL REFERENCES millrace.users,
  access_key text NOT NULL,
  idempotency_key text,
  submission_sha256 bytea,
  model_identifier text NOT NULL,
  model_version text NOT NULL,
  model_name text NOT NULL,
  status text NOT NULL,
  explain boolean NOT NULL,
  timeout_ms bigint,
  input_type text,
  total int NOT NULL DEFAULT 0,
  completed int NOT NULL DEFAULT 0,
  failed int NOT NULL DEFAULT 0,
  input_bytes bigint NOT NULL DEFAULT 0,
  total_queue_ms bigint NOT NULL DEFAULT 0,
  total_latency_ms double precision NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  submitted_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  FOREIGN KEY (model_identifier, model_version) REFERENCES millrace.model_versions
) WITH (fillfactor = 70);
CREATE INDEX jobs_by_account ON millrace.jobs (account_identifier, created_at DESC, id DESC);
CREATE UNIQUE INDEX jobs_by_idempotency_key ON millrace.jobs (account_identifier, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX jobs_with_time_limit ON millrace.jobs (id) WHERE timeout_ms IS NOT NULL AND ended_at IS NULL;

CREATE TABLE millrace.job_credentials (
  job_id bigint PRIMARY KEY REFERENCES millrace.jobs ON DELETE CASCADE,
  sealed bytea NOT NULL
);

CREATE TABLE millrace.inputs (
  job_id bigint NOT NULL,
  position int NOT NULL,
  name text NOT NULL,
  data_items text NOT NULL,
  status text NOT NULL DEFAULT 'WAITING',
  engine text,
  error text,
  size_bytes bigint NOT NULL DEFAULT 0,
  fetch_ms int NOT NULL DEFAULT 0,
  latency_ms double precision NOT NULL DEFAULT 0,
  queue_ms int NOT NULL DEFAULT 0,
  started_at timestamptz,
  ended_at timestamptz,
  PRIMARY KEY (job_id, position)
) WITH (fillfactor = 70);
CREATE INDEX inputs_by_name ON millrace.inputs (job_id, name);

CREATE TABLE millrace.chunks (
  job_id bigint NOT NULL REFERENCES millrace.jobs ON DELETE CASCADE,
  chunk_index int NOT NULL,
  first_position int NOT NULL,
  last_position int NOT NULL,
  holder uuid,
  PRIMARY KEY (job_id, chunk_index)
) WITH (fillfactor = 70);

CREATE TABLE millrace.outputs (
  job_id bigint NOT NULL,
  position int NOT NULL,
  name text NOT NULL,
  output_order int NOT NULL,
  media_type text NOT NULL,
  size_bytes bigint NOT NULL,
  content bytea,
  blob_key text,
  PRIMARY KEY (job_id, position, name),
  CHECK ((content IS NULL) <> (blob_key IS NULL))
);

CREATE TABLE millrace.workers (
  identifier uuid PRIMARY KEY,
  queue_worker_ids text[] NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now()
);
`;
