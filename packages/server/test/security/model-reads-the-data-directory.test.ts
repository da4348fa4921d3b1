import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

describe("a model cannot read the data directory", () => {
  let server: AttackedServer;

  beforeAll(async () => {
    server = await startAttackedServer();
  });
  afterAll(() => server?.close());

  it.skipIf(cannotIsolate)("through the paths of its secrets, links or directory listings", async () => {
    const found = await server.deploy(`
      const data = ${JSON.stringify(server.dataDirectory)};
      const paths = ["", "master.key", "database/password", "database/cluster/PG_VERSION", "blobs"].map((path) => data + "/" + path);
      const root = "/proc/1/root" + data;
      const read = (path) => attempt(() => fs.statSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path, "utf8"));
      fs.symlinkSync(data, "/tmp/link");
      return {
        direct: await Promise.all(paths.map(read)),
        linked: await read("/tmp/link/master.key"),
        byProcess: await read(root + "/master.key"),
        homes: await Promise.all(["/root", "/home", "/var", "/run", "/srv"].map(read)),
        temporary: fs.readdirSync("/tmp"),
      };`);
    expect(found.direct).toEqual(["ENOENT", "ENOENT", "ENOENT", "ENOENT", "ENOENT"]);
    expect(found.linked).toBe("ENOENT");
    expect(["ENOENT", "EACCES"]).toContain(found.byProcess);
    expect(found.homes).toEqual(["ENOENT", "ENOENT", "ENOENT", "ENOENT", "ENOENT"]);
    // Its own folder, the link that it made, and the way to Millrace's own code where that is in /tmp, too.
    const code = import.meta.dirname.split("/")[2];
    expect(found.temporary.filter((name: string) => !["link", code].includes(name))).toHaveLength(1);
  });

  it("other users of the machine cannot read its secrets, outputs and models", async () => {
    await server.deploy("return 1;");
    const { dataDirectory } = server;
    const others = async (path: string) => (await stat(join(dataDirectory, path))).mode & 0o077;
    expect(await others("master.key")).toBe(0);
    expect(await others("database/password")).toBe(0);
    expect(await others("database/cluster")).toBe(0);
    expect(await others("blobs")).toBe(0);
    expect((await readdir(dataDirectory)).includes("deployed-models") ? await others("deployed-models") : 0).toBe(0);
  });
});
