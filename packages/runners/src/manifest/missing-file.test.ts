import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { unlessMissing } from "./missing-file.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-missing-"));
  await writeFile(join(directory, "file"), "x");
  await symlink("loop", join(directory, "loop"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it("distinguishes a missing file from an unreadable one", async () => {
  expect(await unlessMissing(readFile(join(directory, "file"), "utf8"))).toBe("x");
  expect(await unlessMissing(readFile(join(directory, "absent")))).toBeUndefined();
  expect(await unlessMissing(stat(join(directory, "file", "below a file")))).toBeUndefined();
  const loop = join(directory, "loop");
  await expect(unlessMissing(stat(loop))).rejects.toThrow(new Error(`${loop} cannot be read (ELOOP).`));
});

it("leaves other errors unchanged", async () => {
  const fault = new TypeError("not a file's");
  await expect(unlessMissing(Promise.reject(fault))).rejects.toBe(fault);
});
