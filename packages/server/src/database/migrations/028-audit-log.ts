/**
 * Who did what. Rows are only added: a trigger refuses to change them, and to delete those younger than 30 days, the shortest
 * retention there is. Nothing refers to other tables, so that an entry outlives what it tells of.
 */
export const auditLogMigration = /* sql */ `
CREATE TABLE millrace.audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  account_identifier text,
  user_identifier text,
  access_key text,
  action text NOT NULL,
  target jsonb NOT NULL,
  address text,
  status_code smallint NOT NULL,
  code text,
  request_id text NOT NULL,
  count int NOT NULL
);
CREATE INDEX audit_log_by_account ON millrace.audit_log (account_identifier, id);

CREATE FUNCTION millrace.keep_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.created_at < now() - interval '30 days' THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'millrace.audit_log is append-only: % is refused', TG_OP;
END $$;
CREATE TRIGGER keep_audit_log BEFORE UPDATE OR DELETE ON millrace.audit_log
  FOR EACH ROW EXECUTE FUNCTION millrace.keep_audit_log();
CREATE TRIGGER keep_whole_audit_log BEFORE TRUNCATE ON millrace.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION millrace.keep_audit_log();
`;
