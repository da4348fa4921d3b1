// Millrace as `millrace serve` runs it, with its embedded PostgreSQL, in a process of its own.
import { startServer } from "@millrace/server";

export interface ServerTask {
  readonly dataDirectory: string;
  readonly apiKey: string;
  readonly s3Endpoint: string;
}

process.once("message", (task: ServerTask) => {
  serve(task).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

/** Serves until the benchmark lets go of this process, also by dying. */
async function serve(task: ServerTask): Promise<void> {
  const disconnected = new Promise<void>((resolve) => process.once("disconnect", resolve));
  const server = await startServer({ ...task, host: "127.0.0.1", port: 0, logLevel: "error" });
  process.send?.(server.url);
  await disconnected;
  await server.close();
}
