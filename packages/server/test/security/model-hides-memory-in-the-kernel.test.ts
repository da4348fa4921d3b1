import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

/** The output of a command, errors included. */
const said = (...command: string[]) => `
  const [file, ...parameters] = ${JSON.stringify(command)};
  const { stdout, stderr, error } = child_process.spawnSync(file, parameters, { encoding: "utf8" });
  return stdout + stderr + (error?.code ?? "");`;

describe.skipIf(cannotIsolate)("a model holds no memory that belongs to none of its processes", () => {
  let server: AttackedServer;

  beforeAll(async () => {
    server = await startAttackedServer();
  });
  afterAll(() => server?.close());

  it("by a file system of its own in a user namespace", async () => {
    const mount = "mount -t tmpfs -o size=4G none /tmp && head -c 700M /dev/zero > /tmp/hoard && echo kept";
    expect(await server.deploy(said("unshare", "-Urm", "sh", "-c", mount))).toMatch(/unshare failed/);
  });

  it("by a sandbox in its sandbox", async () => {
    const output = await server.deploy(said("bwrap", "--unshare-user", "--dev-bind", "/", "/", "echo", "kept"));
    expect(output).not.toContain("kept");
  });

  it("by shared memory of System V", async () => {
    expect(await server.deploy(said("ipcmk", "-M", "700M"))).toMatch(/Function not implemented/);
  });

  it("by empty files", async () => {
    const found = await server.deploy(`
      for (let n = 0; ; n += 1) fs.writeFileSync("/tmp/" + n, "");`);
    expect(found).toMatch(/it (held|used) \d+ MiB, more than its 244 MiB of memory/);
  });
});
