/** Deliveries carry their account, so that a worker does not give all its places to one. */
export const webhookAccountsMigration = /* sql */ `
CREATE OR REPLACE FUNCTION millrace.queue_webhook_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM graphile_worker.add_job('deliver_webhook', json_build_object('delivery', NEW.identifier), job_key := 'webhook:' || NEW.identifier,
    queue_name := 'webhook:' || NEW.webhook_identifier,
    flags := ARRAY(SELECT '@' || account_identifier FROM millrace.webhooks WHERE identifier = NEW.webhook_identifier));
  RETURN NULL;
END $$;
`;
