import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { listRows } from "../../src/inputs/sources/jdbc/table-rows.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";

const own = {
  PGHOST: "own-host",
  PGPORT: "1",
  PGUSER: "own-user",
  PGPASSWORD: "own-password",
  PGDATABASE: "own-database",
  PGOPTIONS: "-c own.option=1",
  PGAPPNAME: "own-name",
  PGCLIENT_ENCODING: "own-encoding",
};

describe("jdbc sends nothing of the server's own environment to a caller's host", () => {
  let server: Server;
  let received = "";

  beforeAll(async () => {
    // Asks for the password in clear, as a hostile server would, and hangs up once it has it.
    server = createServer((socket) => {
      let messages = 0;
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        received += bytes.toString("latin1");
        if (++messages === 1) socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        else socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => void server.close());
  afterEach(() => vi.unstubAllEnvs());

  const attempt = async (change: { username?: string; password?: string; place?: string }) => {
    received = "";
    for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
    const { place = `127.0.0.1:${(server.address() as AddressInfo).port}/theirs`, ...login } = change;
    const access = {
      url: `jdbc:postgresql://${place}`,
      username: "them",
      password: "word",
      query: "SELECT 1",
      ...login,
    };
    const failure: unknown = await listRows(access, loopbackOutbound, new AbortController().signal)
      .next()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(received).not.toMatch(/own/);
    return failure as Error & { code: string };
  };

  it("with an empty password, which is sent unchanged", async () => {
    await attempt({ password: "" });
    expect(received).toContain("user\0them\0database\0theirs\0");
    expect(received.endsWith("p\0\0\0\x05\0")).toBe(true);
  });

  it("with an empty user, which is rejected before connecting", async () => {
    expect((await attempt({ username: "" })).message).toContain("input.username is empty");
    expect(received).toBe("");
  });

  it.each(["127.0.0.1:9/?x", "127.0.0.1:9/#x", "127.0.0.1:0/theirs"])("with the address %s", async (place) => {
    expect((await attempt({ place })).message).toContain("input.url lacks");
  });
});
