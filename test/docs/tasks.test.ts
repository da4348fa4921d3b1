import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../packages/server/test/support/test-database.js";
import {
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../packages/server/test/support/test-server.js";
import { scriptOf } from "./task-page.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What the pages use besides Node; .ci/run installs what is missing. */
const hasTools = ["curl", "jq", "openssl", "tar"].every((tool) => spawnSync(tool, ["--version"]).error === undefined);
const pages = ["first-job", "your-bucket", "access", "webhooks", "running", "upgrading", "troubleshooting"];

describe("the pages by task", () => {
  let server: TestServer;
  let bucket: TestBucket;
  let database: TestDatabase;
  let directory: string;
  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    database = await createTestDatabase();
    for (const day of ["monday", "tuesday"]) await bucket.put(`reviews/${day}.txt`, "What a wonderful day!");
    directory = await mkdtemp(join(tmpdir(), "millrace-tasks-"));
    await symlink(join(root, "node_modules"), join(directory, "node_modules"));
    await mkdir(join(directory, "bin"));
    const programs = `case $1 in millrace) set -- '${root}packages/cli/bin/millrace.js' "\${@:2}";; tsx) set -- --import tsx "\${@:2}";; esac`;
    // Replaces the shell, so that a signal reaches the program.
    await writeFile(join(directory, "bin/npx"), `#!/bin/bash\n${programs}\nexec '${process.execPath}' "$@"\n`);
    // What is to be installed is there.
    await writeFile(join(directory, "bin/npm"), "#!/bin/bash\n");
    for (const name of ["npx", "npm"]) await chmod(join(directory, "bin", name), 0o755);
  });
  afterAll(async () => {
    await server?.close();
    await database?.drop();
    await bucket?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it.skipIf(!hasTools).each(pages)("docs/%s.md has commands and programs that work", async (page) => {
    const folder = join(directory, page);
    await mkdir(folder);
    const ports = await freePorts(3);
    const script = (await scriptOf(page))
      .replaceAll("http://localhost:8080", server.url)
      .replaceAll("postgres://millrace:secret@db.example.com/millrace", `'${database.connectionString}'`)
      .replaceAll(/\b(9000|8090|8091)\b/g, (port) => String(ports[["9000", "8090", "8091"].indexOf(port)]))
      .replaceAll("some-bucket", bucket.bucket);
    await writeFile(join(folder, "page.sh"), script);
    const { code, output } = await runBash(folder, {
      PATH: `${join(directory, "bin")}:${process.env["PATH"]}`,
      HOME: folder,
      MILLRACE_URL: server.url,
      MILLRACE_API_KEY: server.apiKey,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL_S3: bucket.endpoint,
    });
    expect(code, output).toBe(0);
  });

  it("are all run or about the reference", async () => {
    const index = await readFile(join(root, "docs/README.md"), "utf8");
    const table = index.slice(0, index.indexOf("The reference:"));
    const linked = [...table.matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, name]) => name ?? "");
    // models.md has a test of its own: packages/cli/test/models-page.test.ts.
    expect(linked.filter((name) => name !== "models")).toEqual(pages);
    const all = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md") && name !== "README.md");
    const unlinked = new Set(["asvs.md", "releasing.md"]);
    expect(all.filter((name) => !unlinked.has(name) && !index.includes(`(${name})`))).toEqual([]);
  });
});

/** Runs page.sh of a folder until it ends; its output is what both streams received. */
function runBash(cwd: string, env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = execFile("bash", ["page.sh"], { cwd, env, maxBuffer: 64 * 2 ** 20 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: `${stderr}\n${stdout}` }),
    );
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}
