import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";
import { cannotIsolate } from "../support/isolation.js";

describe.skipIf(cannotIsolate)("a model cannot read the environment of the server or of any other process", () => {
  let server: AttackedServer;
  const secrets = { AWS_SECRET_ACCESS_KEY: "aws-secret-of-the-operator", PGPASSWORD: "password-of-the-operator" };

  beforeAll(async () => {
    server = await startAttackedServer(secrets);
  });
  afterAll(() => server?.close());

  it("through /proc, its parent's pid or inherited variables", async () => {
    const found = await server.deploy(`
      const numbers = fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name));
      numbers.push(String(${server.process.child.pid}), String(process.ppid), "self");
      const environments = await Promise.all(numbers.map((number) =>
        attempt(() => fs.readFileSync("/proc/" + number + "/environ", "utf8"))));
      return { numbers, environments, own: process.env, user: process.getuid(), groups: process.getgroups(), status: fs.readFileSync("/proc/self/status", "utf8") };`);
    const text = JSON.stringify(found);
    for (const secret of [server.secrets.apiKey, ...Object.values(secrets)]) expect(text).not.toContain(secret);
    expect(text).not.toContain(server.dataDirectory);
    // Itself, and the first process of its namespace.
    expect(found.numbers.length).toBeLessThanOrEqual(5);
    expect(found.status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(found.status).toMatch(/^CapEff:\t0{16}$/m);
    expect(found.status).toMatch(/^CapBnd:\t0{16}$/m);
    if (process.getuid?.() === 0) expect(found).toMatchObject({ user: expect.any(Number), groups: [found.user] });
    expect(found.user).not.toBe(0);
  });
});
