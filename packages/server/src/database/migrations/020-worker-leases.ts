/** Each worker says how long it may be silent before it counts as dead. */
export const workerLeasesMigration = /* sql */ `
ALTER TABLE millrace.workers ADD COLUMN lease_ms int NOT NULL DEFAULT 15000;
CREATE VIEW millrace.living_workers AS
  SELECT * FROM millrace.workers WHERE heartbeat_at > now() - lease_ms * interval '1 ms';
`;
