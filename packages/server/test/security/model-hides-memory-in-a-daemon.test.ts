import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

describe.skipIf(cannotIsolate)("a model cannot exceed the memory in its model.yaml", () => {
  let server: AttackedServer;

  beforeAll(async () => {
    server = await startAttackedServer();
  });
  afterAll(() => server?.close());

  it("not even in a daemon that left its process group, session and parent", async () => {
    expect(
      await server.deploy(`
        const hoard = "globalThis.hog = Buffer.alloc(7e8, 1); setInterval(() => {}, 1000)";
        const parent = "require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { detached: true, stdio: 'ignore' }).unref()";
        child_process.spawnSync(process.execPath, ["-e", parent, hoard], { stdio: "ignore" });
        return new Promise(() => setInterval(() => {}, 1000));`),
    ).toMatch(/it used \d+ MiB, more than its 244 MiB of memory/);
  });
});
