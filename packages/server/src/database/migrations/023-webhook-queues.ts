/** Messages of one webhook are sent one after another, so that a receiver that hangs holds up its own only. */
export const webhookQueuesMigration = /* sql */ `
CREATE OR REPLACE FUNCTION millrace.queue_webhook_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM graphile_worker.add_job('deliver_webhook', json_build_object('delivery', NEW.identifier), job_key := 'webhook:' || NEW.identifier,
    queue_name := 'webhook:' || NEW.webhook_identifier);
  RETURN NULL;
END $$;
`;
