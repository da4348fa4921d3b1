/**
 * Limits of accounts, teams and keys, and what was used. A trigger counts the inputs of every way to submit a job, in its transaction, and
 * credits at its end, whatever ended it, those without a result. Bytes and model time of a job count at its end; until then its own row has them.
 *
 * What was used lies in shards, as all jobs of a key would wait for one row.
 */
export const limitsMigration = /* sql */ `
CREATE TABLE millrace.limits (
  scope text NOT NULL CHECK (scope IN ('account', 'team', 'key')),
  identifier text NOT NULL,
  requests_per_second int,
  burst int,
  inputs_per_day bigint,
  bytes_per_day bigint,
  model_hours_per_month double precision,
  concurrent_jobs int,
  PRIMARY KEY (scope, identifier)
);

CREATE TABLE millrace.usage (
  account_identifier text NOT NULL,
  day date NOT NULL,
  team_identifier text NOT NULL,
  access_key text NOT NULL,
  shard smallint NOT NULL,
  inputs bigint NOT NULL,
  bytes bigint NOT NULL,
  model_ms double precision NOT NULL,
  PRIMARY KEY (account_identifier, day, team_identifier, access_key, shard)
) WITH (fillfactor = 70);

-- Null of jobs that are older than this table: what they are was counted nowhere.
ALTER TABLE millrace.jobs
  ADD COLUMN model_ms double precision NOT NULL DEFAULT 0,
  ADD COLUMN counted_model_ms double precision NOT NULL DEFAULT 0,
  ADD COLUMN counted_bytes bigint,
  ADD COLUMN counted_inputs int,
  ADD COLUMN counted_on date;
ALTER TABLE millrace.jobs ALTER COLUMN counted_bytes SET DEFAULT 0, ALTER COLUMN counted_inputs SET DEFAULT 0;

CREATE FUNCTION millrace.add_usage(job millrace.jobs, counted_day date, more_inputs bigint, more_bytes bigint, more_model_ms double precision)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO millrace.usage AS u (account_identifier, day, team_identifier, access_key, shard, inputs, bytes, model_ms)
  VALUES (job.account_identifier, counted_day, job.team_identifier, job.access_key, job.id % 16, more_inputs, more_bytes, more_model_ms)
  ON CONFLICT (account_identifier, day, team_identifier, access_key, shard)
    DO UPDATE SET inputs = u.inputs + excluded.inputs, bytes = u.bytes + excluded.bytes, model_ms = u.model_ms + excluded.model_ms
$$;

CREATE FUNCTION millrace.count_usage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  inputs int := CASE WHEN NEW.ended_at IS NULL THEN NEW.total ELSE NEW.completed END;
BEGIN
  NEW.counted_inputs := coalesce(NEW.counted_inputs, CASE WHEN OLD.ended_at IS NULL THEN OLD.total ELSE OLD.completed END);
  NEW.counted_bytes := coalesce(NEW.counted_bytes, 0);
  -- A credit goes to the day that was charged.
  IF NEW.counted_on IS NULL OR inputs > NEW.counted_inputs THEN
    NEW.counted_on := today;
  END IF;
  IF inputs <> NEW.counted_inputs THEN
    PERFORM millrace.add_usage(NEW, NEW.counted_on, inputs - NEW.counted_inputs, 0, 0);
    NEW.counted_inputs := inputs;
  END IF;
  IF NEW.ended_at IS NOT NULL AND (NEW.input_bytes > NEW.counted_bytes OR NEW.model_ms > NEW.counted_model_ms) THEN
    -- Uploads were counted when they came.
    PERFORM millrace.add_usage(NEW, today, 0,
      CASE WHEN NEW.input_type = 'upload' THEN 0 ELSE NEW.input_bytes - NEW.counted_bytes END, NEW.model_ms - NEW.counted_model_ms);
    NEW.counted_bytes := NEW.input_bytes;
    NEW.counted_model_ms := NEW.model_ms;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER count_usage BEFORE UPDATE OF total, ended_at ON millrace.jobs
  FOR EACH ROW WHEN (OLD.total <> NEW.total OR (OLD.ended_at IS NULL) <> (NEW.ended_at IS NULL)) EXECUTE FUNCTION millrace.count_usage();

-- Two steps, as a repeated submission gets as far as the first one and writes no row.
CREATE FUNCTION millrace.note_inputs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.counted_inputs := NEW.total;
  NEW.counted_on := (now() AT TIME ZONE 'UTC')::date;
  RETURN NEW;
END $$;
CREATE TRIGGER note_inputs BEFORE INSERT ON millrace.jobs
  FOR EACH ROW WHEN (NEW.total > 0) EXECUTE FUNCTION millrace.note_inputs();
CREATE FUNCTION millrace.count_inputs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM millrace.add_usage(NEW, NEW.counted_on, NEW.counted_inputs, 0, 0);
  RETURN NULL;
END $$;
CREATE TRIGGER count_inputs AFTER INSERT ON millrace.jobs
  FOR EACH ROW WHEN (NEW.total > 0) EXECUTE FUNCTION millrace.count_inputs();

CREATE FUNCTION millrace.count_upload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM millrace.add_usage(j, (now() AT TIME ZONE 'UTC')::date, 0, NEW.size_bytes, 0) FROM millrace.jobs j WHERE j.id = NEW.job_id;
  RETURN NULL;
END $$;
CREATE TRIGGER count_upload AFTER INSERT ON millrace.upload_pieces
  FOR EACH ROW EXECUTE FUNCTION millrace.count_upload();

-- What was used today, and of model time this month; indexes usage_pkey and jobs_unfinished.
CREATE FUNCTION millrace.use_of(scope text, identifier text, account text)
RETURNS TABLE (inputs bigint, bytes bigint, model_hours double precision, jobs bigint) LANGUAGE sql STABLE AS $$
  SELECT ended.inputs, ended.bytes + running.bytes, (ended.model_ms + running.model_ms) / 3600000, running.jobs
  FROM (
    SELECT coalesce(sum(u.inputs) FILTER (WHERE u.day = today), 0)::bigint AS inputs,
      coalesce(sum(u.bytes) FILTER (WHERE u.day = today), 0)::bigint AS bytes, coalesce(sum(u.model_ms), 0) AS model_ms
    FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS today) t
      LEFT JOIN millrace.usage u ON u.account_identifier = account AND u.day >= date_trunc('month', today)::date
        AND CASE scope WHEN 'account' THEN true WHEN 'team' THEN u.team_identifier = use_of.identifier ELSE u.access_key = use_of.identifier END
  ) ended, (
    SELECT count(j.id) AS jobs, coalesce(sum(j.model_ms - j.counted_model_ms), 0) AS model_ms,
      coalesce(sum(j.input_bytes - coalesce(j.counted_bytes, 0)) FILTER (WHERE j.input_type <> 'upload'), 0)::bigint AS bytes
    FROM millrace.jobs j
    WHERE j.account_identifier = account AND j.ended_at IS NULL AND j.submitted_at IS NOT NULL
      AND CASE scope WHEN 'account' THEN true WHEN 'team' THEN j.team_identifier = use_of.identifier ELSE j.access_key = use_of.identifier END
  ) running
$$;

-- The first quota that is exceeded, if any. Whoever has quotas does this one at a time, until the transaction is over: two submissions
-- cannot both use what is left. Whoever has none pays for one look at a primary key.
CREATE FUNCTION millrace.exceeded_quota(account text, team text, access_key text)
RETURNS TABLE (scope text, identifier text, quota text, allowed double precision, used double precision) LANGUAGE plpgsql AS $$
DECLARE
  l millrace.limits;
  u record;
BEGIN
  FOR l IN
    SELECT x.* FROM millrace.limits x
    WHERE (x.scope, x.identifier) IN (('account', account), ('team', team), ('key', access_key))
      AND coalesce(x.inputs_per_day, x.bytes_per_day, x.model_hours_per_month, x.concurrent_jobs) IS NOT NULL
    ORDER BY x.scope, x.identifier FOR UPDATE
  LOOP
    SELECT * INTO u FROM millrace.use_of(l.scope, l.identifier, account);
    RETURN QUERY
      SELECT l.scope, l.identifier, q.quota, q.allowed, q.used FROM (VALUES
        ('inputsPerDay', l.inputs_per_day::double precision, u.inputs::double precision, u.inputs > l.inputs_per_day),
        ('bytesPerDay', l.bytes_per_day::double precision, u.bytes::double precision, u.bytes >= l.bytes_per_day),
        ('modelHoursPerMonth', l.model_hours_per_month, u.model_hours, u.model_hours >= l.model_hours_per_month),
        ('concurrentJobs', l.concurrent_jobs::double precision, u.jobs::double precision, u.jobs > l.concurrent_jobs)
      ) AS q (quota, allowed, used, is_exceeded) WHERE q.is_exceeded LIMIT 1;
    IF FOUND THEN
      RETURN;
    END IF;
  END LOOP;
END $$;
`;
