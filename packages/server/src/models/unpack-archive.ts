import { createHash, randomUUID, type Hash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { Unpack, type ReadEntry } from "tar";
import { formatBytes } from "../errors/format-bytes.js";
import { MillraceError } from "../errors/millrace-error.js";

/** Limits for the unpacked size of an archive. */
export interface UnpackLimits {
  /** Maximum size of the tar file, and of the files in it in total. */
  readonly bytes: number;
  /** Maximum number of files and folders. */
  readonly entries: number;
}

const usualLimits: UnpackLimits = { bytes: 2 ** 30, entries: 10_000 };
const maximumPathBytes = 1_000;
// No supported file system allows longer names.
const maximumNameBytes = 255;
// Bytes hashed or scanned before yielding to other work: under a millisecond.
const pieceBytes = 64 * 2 ** 10;
// How long closing files may take when an archive is rejected while they are being written.
const closeLimitMs = 2_000;

const plainTypes: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory"]);
/** Extra entries added by the archivers of macOS. */
const additions = /^(__MACOSX|\._.*|\.DS_Store)$/;
/** Errors of the local machine, not of the archive. */
const ownFaults: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EROFS", "EIO", "EACCES"]);

export interface UnpackedArchive {
  /** The folder that contains `model.yaml`: the archive's root, or its only top-level folder. */
  readonly directory: string;
  /** Hash of the archive as received, in hexadecimal. */
  readonly sha256: string;
}

export interface UnpackOptions {
  /** Cancels unpacking. */
  readonly signal?: AbortSignal;
  /** Expected hash of the archive; any by default. */
  readonly sha256?: string;
  /** Default: 1 GiB and 10,000 files and folders. */
  readonly limits?: UnpackLimits;
}

/**
 * Unpacks a model archive as it is received, then moves it into place atomically: a partial folder is never visible. Yields to
 * other work regularly.
 *
 * @param archive the chunks of a tar file, optionally gzipped.
 * @param directory the target folder; an existing one is kept.
 * @throws MillraceError `invalid_request` for anything but an archive, without a `model.yaml`, or with links, devices or paths
 *   outside the archive; `payload_too_large` as soon as the unpacked size exceeds its limits; the signal's reason.
 */
export async function unpackArchive(
  archive: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  directory: string,
  { signal = new AbortController().signal, sha256: expected, limits = usualLimits }: UnpackOptions = {},
): Promise<UnpackedArchive> {
  const draft = `${directory}.${randomUUID()}.part`;
  // Readable only by the users that models run as.
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  await mkdir(draft, { mode: 0o755 });
  try {
    const hash = createHash("sha256");
    await unpack(hashed(archive, hash), draft, limits, signal);
    const sha256 = hash.digest("hex");
    if (expected !== undefined && sha256 !== expected)
      throw refuse(`it has the SHA-256 ${sha256}, expected ${expected}`);
    const inside = await findModelFolder(draft);
    await rename(draft, directory).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      await rm(draft, { recursive: true, force: true });
    });
    return { directory: join(directory, inside), sha256 };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    signal.throwIfAborted();
    throw toRefusal(error, draft);
  }
}

/** Splits bytes in memory into chunks for {@link unpackArchive}. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
}

/** The folder below `root` that holds a model; "" for `root` itself. @throws MillraceError when there is none. */
export async function findModelFolder(root: string): Promise<string> {
  const hasManifest = (folder: string) =>
    stat(join(root, folder, "model.yaml")).then(
      (found) => found.isFile(),
      () => false,
    );
  if (await hasManifest("")) return "";
  const [only, ...others] = (await readdir(root)).filter((name) => !name.startsWith("."));
  if (only !== undefined && others.length === 0 && (await hasManifest(only))) return only;
  throw refuse("it has no model.yaml at its root or in its only folder");
}

async function* hashed(
  archive: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  hash: Hash,
): AsyncGenerator<Uint8Array> {
  for await (const piece of archive) {
    hash.update(piece);
    yield piece;
  }
}

async function unpack(
  archive: AsyncGenerator<Uint8Array>,
  directory: string,
  limits: UnpackLimits,
  signal: AbortSignal,
): Promise<void> {
  const first = await archive.next();
  if (first.done === true) throw refuse("it is empty");
  const start = first.value;
  const whole = Readable.from(
    (async function* () {
      yield start;
      yield* archive;
    })(),
    { objectMode: false },
  );
  const limitSize = createSizeLimit(limits);
  const files = createFileWriter(directory, limits);
  try {
    // Node's own decompression runs off the main thread; tar's does not.
    if (isGzip(start))
      await pipeline(whole, createGunzip({ chunkSize: pieceBytes }), limitSize, files.stream, { signal });
    else await pipeline(whole, limitSize, files.stream, { signal });
  } catch (error) {
    await files.close();
    throw error;
  }
}

function createSizeLimit(limits: UnpackLimits) {
  return async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const piece of pieces) {
      if (bytes === 0 && isGzip(piece)) throw refuse("it is compressed twice");
      bytes += piece.byteLength;
      if (bytes > limits.bytes) throw tooLarge(limits);
      yield piece;
    }
  };
}

function isGzip(piece: Uint8Array): boolean {
  return piece[0] === 0x1f && piece[1] === 0x8b;
}

/** Parses a tar file and writes its contents; the first forbidden entry is the error. */
function createFileWriter(directory: string, limits: UnpackLimits): { stream: Writable; close(): Promise<void> } {
  const entries = createEntryCheck(limits);
  const unpacking = new Unpack({
    cwd: directory,
    strict: true,
    zstd: false,
    preserveOwner: false,
    noMtime: true,
    ...entries.options,
  });
  const closed = new Promise((resolve) => unpacking.once("close", resolve));
  let isOver = false;
  // tar would buffer anything after the end of the archive in memory.
  unpacking.on("eof", () => (isOver = true));
  const stream = new Writable({
    write(piece: Buffer, _encoding, done) {
      const goesOn = isOver || unpacking.write(piece);
      const refusal = entries.refusal();
      if (refusal !== undefined || goesOn) done(refusal);
      else unpacking.once("drain", done);
    },
    final(done) {
      unpacking.once("close", done);
      unpacking.end();
    },
  });
  unpacking.on("error", (error: Error) => stream.destroy(error));
  return {
    stream,
    async close() {
      unpacking.end();
      await Promise.race([closed, delay(closeLimitMs, undefined, { ref: false })]);
    },
  };
}

function createEntryCheck(limits: UnpackLimits): {
  options: { filter(path: string, entry: unknown): boolean };
  refusal(): MillraceError | undefined;
} {
  let count = 0;
  let declaredBytes = 0;
  let refusal: MillraceError | undefined;
  return {
    options: {
      filter(path, entry) {
        const found = entry as ReadEntry;
        count += 1;
        declaredBytes += found.size;
        if (count > limits.entries || declaredBytes > limits.bytes) refusal ??= tooLarge(limits);
        const names = path.split("/");
        if (names.some((name) => additions.test(name))) return false;
        refusal ??= checkEntry(path, names, found.type);
        dropSpecialRights(found);
        return refusal === undefined;
      },
    },
    refusal: () => refusal,
  };
}

function checkEntry(path: string, names: readonly string[], type: string): MillraceError | undefined {
  const shown = JSON.stringify(path.length > 80 ? `${path.slice(0, 80)}…` : path);
  if (!plainTypes.has(type)) return refuse(`${shown} is a ${type}; only files and folders are allowed`);
  if (path.startsWith("/") || path.split(/[\\/]/).includes("..")) return refuse(`the path ${shown} points outside it`);
  if (/\p{Cc}/u.test(path)) return refuse(`the path ${shown} has a control character`);
  if (Buffer.byteLength(path) > maximumPathBytes || names.some((name) => Buffer.byteLength(name) > maximumNameBytes))
    return refuse(
      `the path ${shown} is too long: at most ${maximumNameBytes} bytes per name and ${maximumPathBytes} bytes per path are allowed`,
    );
  return undefined;
}

/** Strips setuid and similar bits, and makes files readable for the user that runs the model, which may be a separate one. */
function dropSpecialRights(entry: ReadEntry): void {
  if (entry.mode !== undefined) entry.mode = (entry.mode & 0o755) | (entry.type === "Directory" ? 0o755 : 0o644);
}

function toRefusal(error: unknown, draft: string): unknown {
  if (error instanceof MillraceError) return error;
  const { code = "", tarCode, message } = error as Error & { code?: string; tarCode?: string };
  if (ownFaults.has(code) || (tarCode === undefined && !code.startsWith("Z_"))) return error;
  return refuse(`it is not a tar file, or it is damaged (${message.replaceAll(`${draft}/`, "")})`, error);
}

function tooLarge({ bytes, entries }: UnpackLimits): MillraceError {
  const limit = `${formatBytes(bytes)} and ${entries} files`;
  return new MillraceError(
    "payload_too_large",
    `The archive unpacks to more than ${limit}: put larger models into the models directory of every worker.`,
  );
}

function refuse(reason: string, cause?: unknown): MillraceError {
  return new MillraceError("invalid_request", `The archive cannot be used: ${reason}.`, { cause });
}
