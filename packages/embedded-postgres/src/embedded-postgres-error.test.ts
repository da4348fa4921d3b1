import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { describeFileFault, EmbeddedPostgresError } from "./embedded-postgres-error.js";

test("distinguishes a full disk from missing permissions", () => {
  const full = Object.assign(new Error("full"), { code: "ENOSPC", syscall: "write", path: "/data/server.lock" });

  expect(describeFileFault(full, "/data")).toMatchObject({
    code: "not_writable",
    message:
      "The data directory /data cannot be written (ENOSPC at /data/server.lock): free some space there, or choose another with --data.",
    cause: full,
  });
});

test("does not blame the data directory if the machine cannot run the program", async () => {
  const [fault] = (await once(spawn("/no/such/initdb"), "error").catch((error: unknown) => [error])) as [unknown];

  expect(describeFileFault(fault, "/data")).toMatchObject({
    code: "no_binaries",
    message: expect.stringContaining("(ENOENT at /no/such/initdb)") as string,
  });
});

test("leaves other errors unchanged", async () => {
  const own = new EmbeddedPostgresError("in_use", "in use");
  const missing = await readFile("/no/such/file").catch((error: unknown) => error);

  expect(describeFileFault(own, "/data")).toBe(own);
  expect(describeFileFault(AbortSignal.abort().reason, "/data")).toMatchObject({ name: "AbortError" });
  expect(describeFileFault(missing, "/data")).toBeInstanceOf(EmbeddedPostgresError);
});
