import { tmpdir } from "node:os";
import { startEngine } from "@millrace/runners";
import { EnvHttpProxyAgent, getGlobalDispatcher, request, setGlobalDispatcher } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { exampleManifest } from "../../../runners/test/example-manifest.js";
import { startGrpcServer } from "../../../runners/test/model-servers/grpc-server.mjs";
import { createS3Client } from "../../src/inputs/s3/client.js";
import { createAzureClient } from "../../src/inputs/sources/azureblob/azure-client.js";
import { createReceivers } from "../../src/webhooks/deliver.js";
import { startHostileServer, type HostileServer } from "../s3/hostile-server.js";
import { loopbackOutbound as outbound } from "../support/loopback-outbound.js";

const signal = new AbortController().signal;

describe("no connection to a caller's address uses a proxy from the environment", () => {
  let proxy: HostileServer;
  let target: HostileServer;
  const global = getGlobalDispatcher();

  beforeAll(async () => {
    proxy = await startHostileServer(({ socket }) =>
      socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"),
    );
    target = await startHostileServer(({ socket }) =>
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
    );
  });
  beforeEach(() => {
    for (const name of ["http_proxy", "https_proxy", "all_proxy", "grpc_proxy"]) {
      vi.stubEnv(name, proxy.endpoint);
      vi.stubEnv(name.toUpperCase(), proxy.endpoint);
    }
    for (const name of ["no_proxy", "NO_PROXY", "no_grpc_proxy"]) vi.stubEnv(name, "");
    // What Node does by itself with NODE_USE_ENV_PROXY.
    setGlobalDispatcher(new EnvHttpProxyAgent());
  });
  afterEach(async () => {
    await getGlobalDispatcher().destroy();
    setGlobalDispatcher(global);
    vi.unstubAllEnvs();
  });
  afterAll(async () => {
    await proxy?.close();
    await target?.close();
  });

  it("the test's environment sets a proxy", async () => {
    await request(target.endpoint).catch(() => undefined);
    expect(proxy.connectionCount).toBeGreaterThan(0);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      "a bucket's object",
      async () => {
        const s3 = createS3Client({ outbound, endpoint: target.endpoint });
        const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
        await s3.get(object, { maximumSizeBytes: 1, signal }).catch(() => undefined);
        await s3.close();
      },
    ],
    [
      "a blob",
      async () => {
        const azure = createAzureClient({ outbound, endpoint: target.endpoint });
        const access = { storageAccount: "theirs", storageAccountKey: "a2V5" };
        const location = { container: "c", filePath: "f" };
        await azure.get(location, access, { maximumSizeBytes: 1, signal }).catch(() => undefined);
        await azure.close();
      },
    ],
    [
      "a webhook",
      async () => {
        const dispatcher = createReceivers(outbound);
        await request(target.endpoint, { dispatcher }).catch(() => undefined);
        await dispatcher.destroy();
      },
    ],
    [
      "an HTTP model",
      () => {
        const runner = { kind: "http-container", address: target.endpoint, directory: tmpdir() };
        const manifest = exampleManifest({ directory: tmpdir(), runner, loadTimeoutMs: 500 });
        return startEngine(manifest, { signal, name: "e", outbound });
      },
    ],
  ])("%s", async (_what, send) => {
    const [before, through] = [target.connectionCount, proxy.connectionCount];
    await send().catch(() => undefined);
    expect([target.connectionCount > before, proxy.connectionCount]).toEqual([true, through]);
  });

  it.each([
    ["the operator's", true],
    ["a deployed one", false],
  ])("a gRPC model, %s", async (_whose, isOperators) => {
    const through = proxy.connectionCount;
    const { address, calls, close } = await startGrpcServer();
    const runner = { kind: "grpc-container", address };
    const manifest = exampleManifest({ directory: tmpdir(), runner, isOperators });
    const engine = await startEngine(manifest, { signal, name: "e", outbound });
    await engine.close();
    close();
    expect([calls.statuses > 0, proxy.connectionCount]).toEqual([true, through]);
  });
});
