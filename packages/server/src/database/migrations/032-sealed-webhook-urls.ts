/** The addresses of webhooks may hold tokens: sealed, and shown without. Those that are stored in clear are sealed when a server starts. */
export const sealedWebhookUrlsMigration = /* sql */ `
ALTER TABLE millrace.webhooks ADD COLUMN sealed_url bytea;
`;
