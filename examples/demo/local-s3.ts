import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { buildApp } from "fauxqs";
import type { S3Server } from "./options.js";

/** Starts an S3 server in this process that keeps its objects in memory and listens on loopback only. */
export async function startLocalS3(): Promise<S3Server & { close(): Promise<void> }> {
  const app = buildApp({ logger: false });
  // The package's own start function listens on every interface.
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    accessKeyId: "demo",
    secretAccessKey: randomBytes(20).toString("hex"),
    bucket: undefined,
    close: () => app.close(),
  };
}
