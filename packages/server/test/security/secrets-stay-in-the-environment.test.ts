import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";

let dataDirectory: string;
let server: ServerProcess;

const secrets = {
  MILLRACE_API_KEY: "owner.0123456789abcdef0123456789abcdef",
  MILLRACE_MASTER_KEY: "0".repeat(64),
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "token",
  PGPASSWORD: "password",
};
/** Prints the names of the environment's variables when it is asked. */
const spy = `process.on("SIGUSR2", () => console.error("NAMES " + Object.keys(process.env).join(" ") + " END"))`;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "millrace-environment-"));
  server = await startServerProcess(dataDirectory, {
    ...secrets,
    MILLRACE_LOG_LEVEL: "warn",
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(spy)}`,
  });
});
afterAll(async () => {
  await server?.kill("SIGTERM");
  await rm(dataDirectory, { recursive: true, force: true });
});

it("a started server has no secrets in its environment", async () => {
  server.child.kill("SIGUSR2");
  await expect.poll(() => server.output()).toMatch(/NAMES .* END/);
  const names = /NAMES (.*) END/.exec(server.output())?.[1]?.split(" ") ?? [];
  expect(names).toContain("MILLRACE_LOG_LEVEL");
  expect(names.filter((name) => name in secrets)).toEqual([]);
});
