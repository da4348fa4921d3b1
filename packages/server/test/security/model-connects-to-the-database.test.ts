import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

describe.skipIf(cannotIsolate)("a model cannot connect to the server's database", () => {
  let server: AttackedServer;

  beforeAll(async () => {
    server = await startAttackedServer();
  });
  afterAll(() => server?.close());

  it("through its socket", async () => {
    const folders = (await readdir(tmpdir())).filter((name) => /^millrace-\d+-[0-9a-f]{16}$/.test(name));
    expect(folders).not.toEqual([]);
    const sockets = folders.map((name) => join(tmpdir(), name, ".s.PGSQL.5432"));
    const found = await server.deploy(`
      const connect = (path) => new Promise((resolve) => {
        const socket = net.connect(path, () => resolve("connected"));
        socket.on("error", (error) => resolve(error.code));
      });
      return Promise.all(${JSON.stringify(sockets)}.map(connect));`);
    expect(new Set(found)).toEqual(new Set(["ENOENT"]));
  });
});
