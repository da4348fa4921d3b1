import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions, type PeerCertificate, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startServer } from "../../src/index.js";
import { headOf, openRaw } from "../support/raw-connection.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const nextPage = async (server: TestServer, headers: Record<string, string>) => {
  const link = (await server.call("GET", "/models?per-page=1", undefined, headers)).headers.get("link") ?? "";
  return /<(.*?)\/api\/models\?/.exec(link)?.[1];
};
const forwarded = {
  "x-forwarded-proto": "https",
  "x-forwarded-host": "millrace.example",
  "x-forwarded-prefix": "/full/",
};

describe("links", () => {
  it("start with the address of the request, and honor only trusted proxies", async () => {
    const alone = await startTestServer();
    expect(await nextPage(alone, forwarded)).toBe(alone.url);
    await alone.close();
    const behind = await startTestServer({ trustedProxies: ["10.0.0.1", "127.0.0.0/8"] });
    expect(await nextPage(behind, forwarded)).toBe("https://millrace.example/full");
    for (const prefix of ["//evil.example", "/..", "/a/../b", "/a b", "a", "/a?b", `/${"a".repeat(2_000)}`])
      expect(await nextPage(behind, { ...forwarded, "x-forwarded-prefix": prefix })).toBe("https://millrace.example");
    await behind.close();
    const far = await startTestServer({ trustedProxies: ["10.0.0.1"] });
    expect(await nextPage(far, forwarded)).toBe(far.url);
    await far.close();
  });

  it("start with the public URL if it is set", async () => {
    for (const [publicUrl, base] of [
      ["https://public.example/", "https://public.example"],
      ["https://public.example/a/b/api/", "https://public.example/a/b"],
    ] as const) {
      const server = await startTestServer({ publicUrl, trustedProxies: ["127.0.0.1"] });
      expect(await nextPage(server, forwarded)).toBe(base);
      await server.close();
    }
  });

  it("need a host", async () => {
    const server = await startTestServer();
    const { received } = openRaw(
      server,
      headOf(server, "GET", "/models?per-page=1", { host: "", connection: "close" }),
    );
    expect(await received).toMatch(/^HTTP\/1.1 400 [^]*The Host header is missing or not valid/);
    await server.close();
  });
});

describe("TLS", () => {
  // Made for these tests: certificates of localhost that nobody trusts.
  const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

  it("uses the certificate of the files, and a new one soon after they change", async () => {
    const directory = await mkdtemp(join(tmpdir(), "millrace-tls-"));
    const files = { certificate: join(directory, "cert.pem"), key: join(directory, "key.pem") };
    const use = async (pair: number) => {
      await copyFile(fixture(`tls-${pair}.cert.pem`), files.certificate);
      await copyFile(fixture(`tls-${pair}.key.pem`), files.key);
    };
    await use(1);
    const server = await startTestServer({ tls: files });
    expect(server.url).toMatch(/^https:/);
    const ca = await Promise.all([1, 2].map((pair) => readFile(fixture(`tls-${pair}.cert.pem`))));
    const get = () =>
      new Promise<{ status: number | undefined; hsts: unknown; certificate: PeerCertificate }>((resolve, reject) => {
        const call = request(`${server.url}/api/health`, { ca, agent: false }, (response) => {
          const certificate = (response.socket as TLSSocket).getPeerCertificate();
          resolve({ status: response.statusCode, hsts: response.headers["strict-transport-security"], certificate });
          response.resume();
        });
        call.on("error", reject).end();
      });
    const weak = "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:@SECLEVEL=0";
    const refusal = (options: ConnectionOptions) =>
      new Promise<string | undefined>((resolve) => {
        const { hostname, port } = new URL(server.url);
        const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ...options });
        socket.on("secureConnect", () => resolve(socket.destroy() && "none"));
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
      });
    const expectStrict = async () => {
      expect(await refusal({})).toBe("none");
      expect(await refusal({ ciphers: weak, maxVersion: "TLSv1.2" })).toMatch(/HANDSHAKE_FAILURE/);
      expect(await refusal({ ciphers: "ALL:@SECLEVEL=0", minVersion: "TLSv1.1", maxVersion: "TLSv1.1" })).toMatch(
        /PROTOCOL_VERSION|ALERT/,
      );
    };
    const first = await get();
    await expectStrict();
    expect([first.status, first.hsts]).toEqual([200, "max-age=31536000"]);
    await use(2);
    const { fingerprint } = first.certificate;
    await expect.poll(async () => (await get()).certificate.fingerprint, { timeout: 90_000 }).not.toBe(fingerprint);
    await expectStrict();
    await server.close();
    await rm(directory, { recursive: true });
  }, 120_000);

  it.each([
    [{ certificate: fixture("tls-1.cert.pem"), key: fixture("tls-2.key.pem") }, /cannot be used together/],
    [{ certificate: "/nowhere/cert.pem", key: fixture("tls-1.key.pem") }, /MILLRACE_TLS_CERT: the file \/nowhere/],
  ])("does not start with unusable files: %j", async (tls, message) => {
    await expect(startTestServer({ tls })).rejects.toThrow(message);
  });

  it("needs both files", async () => {
    const environment = process.env["MILLRACE_TLS_CERT"];
    process.env["MILLRACE_TLS_CERT"] = fixture("tls-1.cert.pem");
    try {
      await expect(startServer({ port: 0 })).rejects.toThrow("needed together");
    } finally {
      if (environment === undefined) delete process.env["MILLRACE_TLS_CERT"];
      else process.env["MILLRACE_TLS_CERT"] = environment;
    }
  });
});
