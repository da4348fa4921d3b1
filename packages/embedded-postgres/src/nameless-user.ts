import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";

/** Whether this process runs as a mere number, as containers do with `--user 1234`. */
export function isNameless(): boolean {
  try {
    userInfo();
    return false;
  } catch {
    return true;
  }
}

/**
 * `initdb`, and the `postgres` that it starts, ask for the name of their user and refuse to go on when there is none,
 * although they use it for nothing once another name is given for the superuser. These copies ask for the first entry
 * of the list of users instead: both questions are functions of the C library with names of the same length and
 * results of the same type. The server itself never asks, so it runs from the originals.
 *
 * @param folder where the copies are made; what is there already is replaced.
 * @returns a folder with `bin`, `lib` and `share`.
 */
export async function copyForNamelessUser(native: string, folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "bin"), { recursive: true, mode: 0o755 });
  for (const part of ["lib", "share"]) await symlink(join(native, part), join(folder, part));
  for (const program of ["initdb", "postgres"]) {
    const copy = join(folder, "bin", program);
    await writeFile(copy, askForAnyName(await readFile(join(native, "bin", program))));
    await chmod(copy, 0o755);
  }
  return folder;
}

function askForAnyName(program: Buffer): Buffer {
  const question = Buffer.from("\0getpwuid\0");
  const place = program.indexOf(question);
  if (place >= 0) program.write("\0getpwent\0", place, "latin1");
  return program;
}
