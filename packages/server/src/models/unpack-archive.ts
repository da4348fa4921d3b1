import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Parser, x as extract } from "tar";
import { formatBytes } from "../errors/format-bytes.js";
import { MillraceError } from "../errors/millrace-error.js";

/** What an archive may unpack to. */
const maximumUnpackedBytes = 2 ** 30;
const maximumEntries = 10_000;

const plainTypes: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory"]);

/**
 * Unpacks an archive of a model, which is looked through as a whole first, and puts it in its place at once: nobody sees half of it.
 *
 * @param bytes a tar file, compressed by gzip or not.
 * @param directory where it is to be; replaced when it is there.
 * @returns the folder in it that has `model.yaml`: the archive's top, or the one folder that it consists of.
 * @throws MillraceError `invalid_request` for what is no archive, has no `model.yaml`, or holds links, devices or paths that lead out of it;
 *   `payload_too_large` when it unpacks to more than 1 GiB or 10,000 files.
 */
export async function unpackArchive(bytes: Uint8Array, directory: string): Promise<string> {
  await checkEntries(bytes);
  const draft = `${directory}.${randomUUID()}.part`;
  await mkdir(draft, { recursive: true });
  try {
    await new Promise<void>((resolve, reject) => {
      const unpacking = extract({ cwd: draft, strict: true, preserveOwner: false, onReadEntry: dropSpecialRights });
      unpacking.on("close", resolve).on("error", reject);
      unpacking.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    const inside = await findModelFolder(draft);
    await rm(directory, { recursive: true, force: true });
    await mkdir(dirname(directory), { recursive: true });
    await rename(draft, directory);
    return join(directory, inside);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** The folder below `root` that holds a model: "" for itself. @throws MillraceError when there is none. */
export async function findModelFolder(root: string): Promise<string> {
  const hasManifest = (folder: string) =>
    stat(join(root, folder, "model.yaml")).then(
      (found) => found.isFile(),
      () => false,
    );
  if (await hasManifest("")) return "";
  const [only, ...others] = (await readdir(root)).filter((name) => !name.startsWith("."));
  if (only !== undefined && others.length === 0 && (await hasManifest(only))) return only;
  throw refuse("there is no model.yaml at its top, nor in the one folder that it consists of");
}

function checkEntries(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    let entries = 0;
    let unpackedBytes = 0;
    const fail = (error: MillraceError) => {
      reject(error);
      parser.abort(error);
    };
    const parser = new Parser({
      strict: true,
      onReadEntry(entry) {
        entries += 1;
        unpackedBytes += entry.size;
        if (!plainTypes.has(entry.type)) {
          fail(refuse(`${JSON.stringify(entry.path)} is a ${entry.type}; only files and folders are taken`));
        } else if (entry.path.startsWith("/") || entry.path.split(/[\\/]/).includes("..")) {
          fail(refuse(`the path ${JSON.stringify(entry.path)} leads out of it`));
        } else if (unpackedBytes > maximumUnpackedBytes || entries > maximumEntries) {
          const limit = `${formatBytes(maximumUnpackedBytes)} and ${maximumEntries} files`;
          fail(
            new MillraceError(
              "payload_too_large",
              `The archive unpacks to more than ${limit}: put larger models into the models directory of every worker.`,
            ),
          );
        }
        entry.resume();
      },
    });
    parser.on("end", () => (entries === 0 ? reject(refuse("nothing is in it")) : resolve()));
    parser.on("error", (error: Error) => reject(refuse(`it is no tar file, or a damaged one (${error.message})`)));
    parser.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
}

/** Files run as who runs the worker, whatever the archive says. */
function dropSpecialRights(entry: { mode?: number }): void {
  if (entry.mode !== undefined) entry.mode &= 0o755;
}

function refuse(reason: string): MillraceError {
  return new MillraceError("invalid_request", `The archive cannot be used: ${reason}.`);
}
