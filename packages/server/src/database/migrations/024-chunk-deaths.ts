/** How often a worker died with a chunk in hand, and which input it was at when inputs were run one by one. */
export const chunkDeathsMigration = /* sql */ `
ALTER TABLE millrace.chunks ADD COLUMN deaths int NOT NULL DEFAULT 0, ADD COLUMN suspect_position int, ADD COLUMN suspect_deaths int NOT NULL DEFAULT 0;
`;
