import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

/** Numbers of the processes that have a word in their command line. */
async function processesWith(word: string): Promise<string[]> {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    numbers.map(async (number) => {
      const line = await readFile(`/proc/${number}/cmdline`, "utf8").catch(() => "");
      return line.includes(word) ? [number] : [];
    }),
  );
  return found.flat();
}

/** A grandchild in a session of its own, whose parent is gone: no group and no parent leads to it. */
const daemonise = (word: string) => `
  const sleeper = "setInterval(() => {}, 1000) // ${word}";
  const parent = "require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { detached: true, stdio: 'ignore' }).unref()";
  child_process.spawnSync(process.execPath, ["-e", parent, sleeper], { stdio: "ignore" });`;

describe.skipIf(cannotIsolate)("nothing that a model starts outlives its engine or the server", () => {
  let server: AttackedServer;

  beforeAll(async () => {
    server = await startAttackedServer();
  });
  afterAll(() => server?.close());

  it("a daemon that left its group and session ends with its engine", async () => {
    const word = "daemon-of-an-engine";
    expect(await server.deploy(`${daemonise(word)} return "started";`)).toBe("started");
    await expect.poll(() => processesWith(word)).toEqual([]);
  });

  it("a daemon ends with the server, even if the server is killed", async () => {
    const word = "daemon-of-a-server";
    const deploying = server.deploy(`${daemonise(word)} return new Promise(() => setInterval(() => {}, 1000));`);
    deploying.catch(() => {});
    await expect.poll(async () => (await processesWith(word)).length).toBeGreaterThan(0);
    await server.process.kill("SIGKILL");
    await expect.poll(() => processesWith(word)).toEqual([]);
  });
});
