export { CloseTimeoutError } from "./lifecycle/close-in-time.js";
export { ConfigurationError, Environment } from "./configuration.js";
export { EmbeddedPostgresError } from "./database/embedded-postgres/embedded-postgres.js";
export { startServer } from "./server.js";
export type { Server, ServerOptions } from "./server.js";
