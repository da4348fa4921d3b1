/**
 * What became of inputs, as it was recorded: one row for all inputs of a statement, which is written once. It takes the place of columns
 * of `inputs`, whose rows never change now, and of `job_events`.
 *
 * `lines` has a line for each of `positions`, see results/outcome-line.ts. The inputs of `failed_positions` run again once the row
 * `is_retried`: then their outcome is in a later row. All positions of a row belong to one chunk.
 */
export const outcomeBatchesMigration = /* sql */ `
CREATE TABLE millrace.outcome_batches (
  job_id bigint NOT NULL,
  -- The number of the row's last event; those of a row count up to it. Below 0: recorded before there were events.
  last_event bigint NOT NULL,
  -- Of the chunk, whose rows are counted: a statement of its holder that comes twice finds its place taken. An input that could not be
  -- listed has a row of its own, with its own position.
  first_position int NOT NULL,
  part int NOT NULL,
  -- They ascend.
  positions int[] NOT NULL,
  failed_positions int[] NOT NULL,
  is_retried boolean NOT NULL DEFAULT false,
  lines text NOT NULL,
  PRIMARY KEY (job_id, last_event)
);
CREATE UNIQUE INDEX outcome_batches_by_position ON millrace.outcome_batches (job_id, first_position, part);
-- Compresses the lines several times faster than the default; not every PostgreSQL was built with it.
DO $$ BEGIN
  ALTER TABLE millrace.outcome_batches ALTER COLUMN lines SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN NULL; END $$;

CREATE FUNCTION pg_temp.line_text(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(replace(replace(replace(to_json(value)::text, U&'\\0085', '\\u0085'), U&'\\2028', '\\u2028'), U&'\\2029', '\\u2029'), 'null')
$$;
CREATE FUNCTION pg_temp.line_moment(value timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT '"' || to_char(coalesce(value, to_timestamp(0)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || '+00:00"'
$$;
CREATE TEMP TABLE old_lines ON COMMIT DROP AS
SELECT i.job_id, i.position, i.status, concat_ws(E'\\t',
  pg_temp.line_text(i.name),
  i.size_bytes,
  '{"status":"' || i.status || '","engine":' || pg_temp.line_text(coalesce(i.engine, '')) || ',"error":' || pg_temp.line_text(i.error)
    || ',"startTime":' || pg_temp.line_moment(i.started_at) || ',"updateTime":' || pg_temp.line_moment(i.ended_at)
    || ',"endTime":' || pg_temp.line_moment(i.ended_at) || ',"elapsedTime":'
    || coalesce(greatest(0, floor(extract(epoch FROM i.ended_at) * 1000) - floor(extract(epoch FROM i.started_at) * 1000)), 0)::bigint
    || ',"inputFetching":' || i.fetch_ms || ',"outputUploading":null,"modelLatency":' || to_json(i.latency_ms)
    || ',"queueTime":' || i.queue_ms || ',"voting":{"up":0,"down":0}'
    || CASE WHEN i.status = 'FAILED' THEN ',"code":' || pg_temp.line_text(i.error_code) ELSE '' END || '}',
  o.outputs) AS line
FROM millrace.inputs i LEFT JOIN (
  SELECT job_id, position,
    string_agg(concat_ws(E'\\t', pg_temp.line_text(name), pg_temp.line_text(media_type), ''), E'\\t' ORDER BY output_order) AS outputs
  FROM millrace.outputs GROUP BY 1, 2
) o USING (job_id, position);
CREATE INDEX ON pg_temp.old_lines (job_id, position);

WITH noted AS (
  SELECT e.job_id, e.last_event, p.position, i.status = 'WAITING'
    OR e.last_event < max(e.last_event) OVER (PARTITION BY e.job_id, p.position) AS is_void, i.status, i.line
  FROM millrace.job_events e CROSS JOIN unnest(e.positions) AS p (position)
  JOIN pg_temp.old_lines i ON i.job_id = e.job_id AND i.position = p.position
)
INSERT INTO millrace.outcome_batches (job_id, last_event, first_position, part, positions, failed_positions, is_retried, lines)
SELECT job_id, last_event, min(position), row_number() OVER (PARTITION BY job_id, min(position) ORDER BY last_event) - 1, array_agg(position ORDER BY position),
  coalesce(array_agg(position ORDER BY position) FILTER (WHERE is_void OR status = 'FAILED'), '{}'), bool_or(is_void),
  string_agg(line, E'\\n' ORDER BY position)
FROM noted GROUP BY job_id, last_event;

WITH unnoted AS (
  SELECT i.* FROM pg_temp.old_lines i WHERE i.status <> 'WAITING' AND NOT EXISTS (
    SELECT FROM millrace.job_events e WHERE e.job_id = i.job_id AND i.position = ANY (e.positions))
)
INSERT INTO millrace.outcome_batches (job_id, last_event, first_position, part, positions, failed_positions, lines)
SELECT job_id, -1 - position, position, -1, ARRAY[position], CASE WHEN status = 'FAILED' THEN ARRAY[position] ELSE '{}' END, line FROM unnoted;

DROP TABLE millrace.job_events;
ALTER TABLE millrace.inputs DROP COLUMN status, DROP COLUMN engine, DROP COLUMN error, DROP COLUMN error_code, DROP COLUMN size_bytes,
  DROP COLUMN fetch_ms, DROP COLUMN latency_ms, DROP COLUMN queue_ms, DROP COLUMN started_at, DROP COLUMN ended_at;
ALTER TABLE millrace.inputs SET (fillfactor = 100);

-- For people and tests: a row for each input with an outcome.
CREATE VIEW millrace.outcomes AS
SELECT b.job_id, o.position, CASE WHEN o.position = ANY (b.failed_positions) THEN 'FAILED' ELSE 'SUCCESSFUL' END AS status,
  split_part(o.line, E'\\t', 3)::json AS fields, cardinality(string_to_array(o.line, E'\\t')) / 3 - 1 AS outputs
FROM millrace.outcome_batches b CROSS JOIN unnest(b.positions, string_to_array(b.lines, E'\\n')) AS o (position, line)
WHERE NOT (b.is_retried AND o.position = ANY (b.failed_positions));
`;
