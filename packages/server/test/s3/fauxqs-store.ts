import { startFauxqs } from "fauxqs";
import type { Store } from "./store.js";

/** An S3 emulator in this process: quick and everywhere, but it checks no signatures. */
export async function startFauxqsStore(): Promise<Store> {
  const server = await startFauxqs({ port: 0, host: "127.0.0.1", logger: false });
  return {
    name: "fauxqs",
    endpoint: `http://127.0.0.1:${server.port}`,
    region: "us-east-1",
    owner: { accessKeyId: "test", secretAccessKey: "test" },
    guest: null,
    close: () => server.stop(),
  };
}
