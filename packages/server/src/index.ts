export { EmbeddedPostgresError } from "@millrace/embedded-postgres";
export { Environment } from "./configuration/environment.js";
export { forgetSecrets } from "./configuration/secrets.js";
export { ConfigurationError } from "./errors/configuration-error.js";
export { CloseTimeoutError } from "./lifecycle/close-in-time.js";
export { checkSetup, type SetupFinding } from "./server/check-setup.js";
export { startServer } from "./server/server.js";
export type { Server, ServerOptions } from "./server/server.js";
