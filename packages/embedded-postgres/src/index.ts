export { adoptEmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.js";
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from "./embedded-postgres.js";
export { EmbeddedPostgresError } from "./embedded-postgres-error.js";
export { findRunningPostgres } from "./running-postgres.js";
