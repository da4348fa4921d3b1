import type { AddressInfo } from "node:net";
import { buildApp } from "fauxqs";
import type { Store } from "./store.js";

/** An S3 emulator in this process: quick and everywhere, but it checks no signatures. */
export async function startFauxqsStore(): Promise<Store> {
  const app = buildApp({ logger: false });
  // The package's own start function listens on every interface.
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return {
    name: "fauxqs",
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    owner: { accessKeyId: "test", secretAccessKey: "test" },
    guest: null,
    close: () => app.close(),
  };
}
