export { CloseTimeoutError } from "./lifecycle/close-in-time.js";
export { ConfigurationError, Environment } from "./configuration.js";
export { EmbeddedPostgresError } from "@millrace/embedded-postgres";
export { startServer } from "./server.js";
export type { Server, ServerOptions } from "./server.js";
