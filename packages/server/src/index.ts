export { CloseTimeoutError } from "./close-in-time.js";
export { Environment } from "./configuration.js";
export { EmbeddedPostgresError } from "./database/embedded-postgres/embedded-postgres.js";
export { ConfigurationError } from "./errors/configuration-error.js";
export { startServer } from "./server.js";
export type { Server, ServerOptions } from "./server.js";
