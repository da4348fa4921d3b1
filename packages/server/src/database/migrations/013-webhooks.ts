/**
 * Webhooks and their messages. A trigger writes and queues the messages of a job that ends, so that every way to end a job
 * tells of it in its own transaction.
 */
export const webhooksMigration = /* sql */ `
CREATE TABLE millrace.webhooks (
  identifier text PRIMARY KEY,
  account_identifier text NOT NULL REFERENCES millrace.accounts,
  url text NOT NULL,
  description text NOT NULL,
  events text[] NOT NULL,
  sealed_secret bytea NOT NULL,
  status text NOT NULL DEFAULT 'Active',
  status_reason text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhooks_by_account ON millrace.webhooks (account_identifier);

CREATE TABLE millrace.webhook_deliveries (
  identifier text PRIMARY KEY DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''),
  webhook_identifier text NOT NULL REFERENCES millrace.webhooks ON DELETE CASCADE,
  type text NOT NULL,
  payload text NOT NULL,
  status text NOT NULL DEFAULT 'PENDING',
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz DEFAULT now(),
  last_outcome text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_deliveries_by_webhook ON millrace.webhook_deliveries (webhook_identifier, created_at DESC);
CREATE INDEX webhook_deliveries_by_age ON millrace.webhook_deliveries (created_at) WHERE status <> 'PENDING';

CREATE FUNCTION millrace.queue_webhook_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM graphile_worker.add_job('deliver_webhook', json_build_object('delivery', NEW.identifier), job_key := 'webhook:' || NEW.identifier);
  RETURN NULL;
END $$;
CREATE TRIGGER queue_webhook_delivery AFTER INSERT ON millrace.webhook_deliveries
  FOR EACH ROW EXECUTE FUNCTION millrace.queue_webhook_delivery();

CREATE FUNCTION millrace.tell_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO millrace.webhook_deliveries (webhook_identifier, type, payload)
  SELECT w.identifier, e.type, json_build_object(
    'type', e.type,
    'timestamp', to_char(NEW.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || '+00:00',
    'data', json_build_object(
      'jobIdentifier', NEW.identifier, 'status', NEW.status,
      'model', json_build_object('identifier', NEW.model_identifier, 'version', NEW.model_version, 'name', NEW.model_name),
      'total', NEW.total, 'completed', NEW.completed, 'failed', NEW.failed))
  FROM (SELECT 'job.' || lower(NEW.status) AS type) e
  JOIN millrace.webhooks w ON w.account_identifier = NEW.account_identifier AND w.status = 'Active' AND e.type = ANY (w.events);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_webhooks AFTER UPDATE OF ended_at ON millrace.jobs
  FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION millrace.tell_webhooks();
`;
