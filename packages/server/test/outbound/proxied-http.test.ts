import { once } from "node:events";
import { createServer, request as forward, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { request } from "undici";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createS3Client } from "../../src/inputs/s3/client.js";
import { createAzureClient } from "../../src/inputs/sources/azureblob/azure-client.js";
import { createOutbound } from "../../src/outbound/outbound.js";
import { createReceivers } from "../../src/webhooks/deliver.js";
import { readConfiguration } from "../../src/configuration/configuration.js";
import { startTestServer } from "../support/test-server.js";

const { signal } = new AbortController();

describe("HTTP_PROXY, HTTPS_PROXY and NO_PROXY", () => {
  let target: Server;
  let proxy: Server;
  let proxyUrl: string;
  const asked: string[] = [];
  const passwords = new Set<string | undefined>();
  const sockets = new Set<Socket>();
  const portOf = (server: Server) => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    target = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(target, "listening");
    proxy = createServer((incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      passwords.add(incoming.headers["proxy-authorization"]);
      const onward = forward({ port: portOf(target), method: incoming.method ?? "GET", agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(onward);
    });
    proxy.on("connect", (incoming, socket: Socket) => {
      asked.push(`CONNECT ${incoming.url}`);
      const onward = connect(portOf(target), "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
      for (const one of [socket, onward]) sockets.add(one.on("error", () => undefined));
      onward.pipe(socket).pipe(onward);
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    proxyUrl = `http://us:er%20word@127.0.0.1:${portOf(proxy)}`;
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of [proxy, target]) {
      server?.closeAllConnections();
      server?.close();
    }
  });

  // As on a machine behind a proxy: it does not know the names of the internet.
  const resolve = async (host: string) => {
    const known: Record<string, string> = { "inside.example": "10.1.2.3", "here.example": "127.0.0.1" };
    const address = known[host];
    if (address === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
    return [{ address, family: 4 as const }];
  };
  const outboundBy = (no = "", allowed = "") =>
    createOutbound({ allowed, resolve, proxies: { http: proxyUrl, https: proxyUrl, no } });

  it("S3 is asked by the proxy, which resolves the name", async () => {
    const s3 = createS3Client({ outbound: outboundBy(), endpoint: "http://store.example:9000" });
    const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
    expect(Buffer.from(await s3.get(object, { maximumSizeBytes: 100, signal })).toString()).toBe("hello");
    expect(asked).toEqual(["GET http://store.example:9000/b/k"]);
    expect([...passwords]).toEqual([`Basic ${Buffer.from("us:er word").toString("base64")}`]);
    await s3.close();
  });

  it("an https address is asked for by a tunnel, whose other end the proxy chooses", async () => {
    const s3 = createS3Client({ outbound: outboundBy() });
    const object = { bucket: "bucket", key: "k", region: "us-east-1", credentials: null };
    await expect(s3.get(object, { maximumSizeBytes: 100, signal })).rejects.toThrow();
    expect(asked[0]).toBe("CONNECT bucket.s3.us-east-1.amazonaws.com:443");
    await s3.close();
  });

  it("Azure and webhooks are, too", async () => {
    const azure = createAzureClient({ outbound: outboundBy(), endpoint: "http://blobs.example:10000" });
    const access = { storageAccount: "theirs", storageAccountKey: "a2V5" };
    await azure
      .get({ container: "c", filePath: "f" }, access, { maximumSizeBytes: 100, signal })
      .catch(() => undefined);
    await azure.close();
    const dispatcher = createReceivers(outboundBy());
    const { statusCode, body } = await request("http://hooks.example/a@b", { method: "POST", body: "{}", dispatcher });
    expect([statusCode, await body.text()]).toEqual([200, "hello"]);
    await dispatcher.destroy();
    expect(asked).toEqual([
      expect.stringContaining("GET http://blobs.example:10000/theirs/c/f"),
      "POST http://hooks.example/a@b",
    ]);
  });

  it("hosts of NO_PROXY are connected to directly, and only if they are allowed", async () => {
    const get = async (no: string, allowed: string, host: string) => {
      const dispatcher = outboundBy(no, allowed).openHttp({});
      try {
        const { body } = await request(`http://${host}:${portOf(target)}/`, { dispatcher });
        return await body.text();
      } catch (error) {
        return (error as Error).message;
      } finally {
        await dispatcher.destroy();
      }
    };
    expect(await get("here.example", "loopback", "here.example")).toBe("hello");
    expect(await get("*", "loopback", "127.0.0.1")).toBe("hello");
    expect(await get(".example", "", "here.example")).toMatch(/is not allowed: it resolves to a loopback address/);
    expect(await get(".example", "", "unknown.example")).toMatch(/ENOTFOUND/);
    expect(asked).toEqual([]);
  });

  it.each([
    ["a private address", "http://10.1.2.3/", /10\.1\.2\.3:80 is not allowed: it is a private address/],
    ["a metadata service", "http://169.254.169.254/", /is not allowed: it is a cloud metadata address/],
    ["loopback", "https://127.0.0.1/", /is not allowed: it is a loopback address/],
    ["a name of this network", "http://inside.example/", /is not allowed: it resolves to a private address/],
  ])("the proxy is not asked for %s", async (_what, url, message) => {
    const dispatcher = outboundBy().openHttp({});
    for (let time = 0; time < 2; time += 1) await expect(request(url, { dispatcher })).rejects.toThrow(message);
    await dispatcher.destroy();
    expect(asked).toEqual([]);
  });

  it("are read from the environment in capitals or not, and a whole server uses them", async () => {
    expect(readConfiguration({}, { http_proxy: "a:1", HTTP_PROXY: "http://b", NO_PROXY: "c" }).proxies).toEqual({
      http: "http://a:1",
      https: "",
      no: "c",
    });
    expect(() => readConfiguration({}, { HTTPS_PROXY: "socks5://u:pass-word@a" })).toThrow(/^HTTPS_PROXY is not valid/);
    const server = await startTestServer({
      s3Endpoint: "http://127.0.0.1:9",
      proxies: { http: proxyUrl, https: "", no: "" },
    });
    const { jobIdentifier } = await server.submit({
      model: { identifier: "c0ffee0000", version: "1.0.0" },
      input: {
        type: "aws-s3",
        accessKeyID: "test",
        secretAccessKey: "test",
        region: "us-east-1",
        sources: { a: { input: { bucket: "b", key: "k" } } },
      },
    });
    expect((await server.waitForEnd(jobIdentifier)).completed).toBe(1);
    expect(asked).toEqual(["GET http://127.0.0.1:9/b/k"]);
    await server.close();
  });
});
