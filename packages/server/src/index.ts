export { EmbeddedPostgresError } from "@millrace/embedded-postgres";
export { Environment, forgetSecrets } from "./configuration.js";
export { ConfigurationError } from "./errors/configuration-error.js";
export { CloseTimeoutError } from "./lifecycle/close-in-time.js";
export { startServer } from "./server.js";
export type { Server, ServerOptions } from "./server.js";
