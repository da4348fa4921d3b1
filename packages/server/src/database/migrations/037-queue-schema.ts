/**
 * The queue has a schema of its own. Tasks of earlier versions, which were in `graphile_worker`, move there; in a new database, that schema
 * is another program's.
 */
export const queueSchemaMigration = /* sql */ `
CREATE OR REPLACE FUNCTION millrace.queue_webhook_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM millrace_queue.add_job('deliver_webhook', json_build_object('delivery', NEW.identifier), job_key := 'webhook:' || NEW.identifier,
    queue_name := 'webhook:' || NEW.webhook_identifier,
    flags := ARRAY(SELECT '@' || account_identifier FROM millrace.webhooks WHERE identifier = NEW.webhook_identifier));
  RETURN NULL;
END $$;

DO $$ BEGIN
  -- Migrations of this moment are those of a new database.
  IF EXISTS (SELECT FROM millrace.migrations WHERE applied_at < now()) AND to_regclass('graphile_worker._private_jobs') IS NOT NULL THEN
    PERFORM millrace_queue.add_job(t.identifier, j.payload, queue_name := q.queue_name, run_at := j.run_at, max_attempts := j.max_attempts,
      job_key := j.key, priority := j.priority, flags := ARRAY(SELECT jsonb_object_keys(j.flags)))
    FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
    LEFT JOIN graphile_worker._private_job_queues q ON q.id = j.job_queue_id
    WHERE t.identifier IN ('run_chunk', 'list_inputs', 'deliver_webhook') AND j.key IS NOT NULL;
    DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
    WHERE t.id = j.task_id AND t.identifier IN ('run_chunk', 'list_inputs', 'deliver_webhook');
  END IF;
END $$;
`;
