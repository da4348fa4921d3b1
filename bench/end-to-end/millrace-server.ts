// Millrace as `millrace serve` runs it, with its embedded PostgreSQL, in a process of its own.
import { startServer } from "@millrace/server";

export interface ServerTask {
  readonly dataDirectory: string;
  readonly apiKey: string;
  readonly s3Endpoint: string;
}

process.once("message", (task: ServerTask) => {
  startServer({ ...task, host: "127.0.0.1", port: 0, logLevel: "error" }).then(
    (server) => {
      process.send?.(server.url);
      process.once("message", () => {
        server.close().then(
          () => process.disconnect(),
          (error: unknown) => {
            console.error(error);
            process.exit(1);
          },
        );
      });
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
