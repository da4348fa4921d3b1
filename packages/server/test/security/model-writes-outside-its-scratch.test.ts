import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

describe.skipIf(cannotIsolate)("a model writes only to its scratch folders, within a limit", () => {
  let server: AttackedServer;

  beforeAll(async () => {
    server = await startAttackedServer();
  });
  afterAll(() => server?.close());

  it("it cannot write to its own folder, programs, devices or kernel settings", async () => {
    const found = await server.deploy(`
      const write = (path) => attempt(() => { fs.writeFileSync(path, "x"); return "written"; });
      const paths = ["/x", "/etc/x", "/usr/x", "/usr/bin/node", "/dev/x", "/proc/sys/kernel/core_pattern", directory + "/x", directory + "/model.mjs", import.meta.dirname ?? "/x"];
      // A folder of that name in its scratch is all that it gets.
      const data = ${JSON.stringify(server.dataDirectory)};
      await attempt(() => { fs.mkdirSync(data, { recursive: true }); fs.writeFileSync(data + "/planted", "x"); });
      return { attempts: await Promise.all(paths.map(write)), scratch: await write("/tmp/x"), shared: await write("/dev/shm/x") };`);
    for (const attempt of found.attempts) expect(attempt).toMatch(/^(EROFS|EACCES|EPERM|ENOENT|EISDIR)$/);
    expect(await readdir(server.dataDirectory)).not.toContain("planted");
    expect([found.scratch, found.shared]).toEqual(["written", "written"]);
  });

  it("it cannot write more than its memory limit to both together", async () => {
    const fill = (folder: string) => `
      const file = fs.openSync("${folder}/hog", "w");
      for (;;) { fs.writeSync(file, Buffer.alloc(2 ** 20, 1)); await new Promise((resolve) => setImmediate(resolve)); }`;
    for (const folder of ["/tmp", "/dev/shm"])
      expect(await server.deploy(fill(folder))).toMatch(/ENOSPC|no space|more than its 244 MiB of memory/);
  });
});
