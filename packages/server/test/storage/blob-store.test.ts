import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { startServer } from "../../src/index.js";
import { createBlobStore, type BlobStore } from "../../src/storage/blob-store.js";
import { startTestBucket, startTestServer, noOp, type TestBucket } from "../support/test-server.js";

let bucket: TestBucket;
let directory: string;

beforeAll(async () => {
  // As a machine would have them; the emulator takes any.
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test-secret-access-key");
  bucket = await startTestBucket();
  directory = await mkdtemp(join(tmpdir(), "millrace-blobs-"));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

const bucketLocation = (prefix = "") => `s3://${bucket.bucket}${prefix}?region=us-east-1&endpoint=${bucket.endpoint}`;

const kinds = [
  ["a directory", () => join(directory, "blobs")],
  ["a bucket", () => bucketLocation()],
  ["a prefix of a bucket", () => bucketLocation("/some/prefix/")],
] as const;

describe.each(kinds)("blobs in %s", (_kind, location) => {
  let blobs: BlobStore;
  beforeAll(async () => {
    blobs = await createBlobStore(location());
    await blobs.check();
  });
  const read = async (key: string) => {
    const { sizeBytes, stream } = await blobs.read(key);
    const bytes = await buffer(stream);
    expect(sizeBytes).toBe(bytes.byteLength);
    return bytes.toString();
  };

  it("are read as they were put, and replaced whole", async () => {
    await blobs.put("job/1/0", Buffer.from("first"));
    await blobs.put("job/1/0", Buffer.from("ü"));
    await blobs.put("job/2/0", Buffer.alloc(0));
    expect([await read("job/1/0"), await read("job/2/0")]).toEqual(["ü", ""]);
  });

  it("are removed with all below a prefix, and no neighbour of it", async () => {
    for (const key of ["a/1", "a/2/3", "a1/1"]) await blobs.put(key, Buffer.from(key));
    await blobs.remove("a");
    await blobs.remove("never/there");
    await expect(blobs.read("a/1")).rejects.toMatchObject({ isMissing: true });
    await expect(blobs.read("a/2/3")).rejects.toMatchObject({ isMissing: true });
    expect(await read("a1/1")).toBe("a1/1");
    await blobs.remove("a1/1");
    await expect(blobs.read("a1/1")).rejects.toMatchObject({ isMissing: true });
  });
});

it("more than a page of blobs in a bucket is removed", async () => {
  const blobs = await createBlobStore(bucketLocation("/many"));
  const keys = Array.from({ length: 1_050 }, (_, index) => `job/${index}`);
  await Promise.all(keys.map((key) => blobs.put(key, Buffer.from("x"))));
  await blobs.remove("job");
  for (const key of ["job/0", "job/1049"]) await expect(blobs.read(key)).rejects.toMatchObject({ isMissing: true });
}, 60_000);

describe("a blob store that cannot be used is refused at start, with what to do", () => {
  const start = (blobs: string) => startServer({ blobs, dataDirectory: join(directory, "data"), logLevel: "silent" });

  it("a bucket that is not there", async () => {
    await expect(start(`s3://no-such-bucket?region=us-east-1&endpoint=${bucket.endpoint}`)).rejects.toThrow(
      /^The blob store s3:\/\/no-such-bucket cannot be reached \(.+\): make the bucket, or name another in MILLRACE_BLOBS\.$/,
    );
  }, 60_000);

  it("a server that does not answer", async () => {
    await expect(start("s3://bucket?region=us-east-1&endpoint=http://127.0.0.1:1")).rejects.toThrow(
      /cannot be reached \(ECONNREFUSED\): check that the server runs/,
    );
  }, 60_000);

  it("a path through a file", async () => {
    await writeFile(join(directory, "file"), "");
    await expect(start(join(directory, "file", "blobs"))).rejects.toThrow(/\(ENOTDIR\): a part of its path is a file/);
  }, 60_000);
});

it("a server keeps uploads in a bucket, and removes them when the job has ended", async () => {
  const server = await startTestServer({ blobs: bucketLocation("/uploads-of-a-server"), hoursDeleteInput: 0 });
  onTestFinished(() => server.close());
  const { jobIdentifier } = await server.submit({ model: noOp });
  const form = new FormData();
  form.set("input", new Blob(["some bytes"]));
  const response = await fetch(`${server.url}/api/jobs/${jobIdentifier}/one/input`, {
    method: "POST",
    headers: { authorization: `ApiKey ${server.apiKey}` },
    body: form,
  });
  expect(response.status).toBe(204);
  await server.call("POST", `/jobs/${jobIdentifier}/close`);
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ status: "COMPLETED", completed: 1, failed: 0 });
  const blobs = await createBlobStore(bucketLocation("/uploads-of-a-server"));
  const isThere = () =>
    blobs.read(`uploads/${jobIdentifier}/1`).then(
      ({ stream }) => stream.destroy().destroyed,
      () => false,
    );
  await expect.poll(isThere, { timeout: 20_000 }).toBe(false);
}, 60_000);

it("a bucket that goes away while it is read ends in an error, not in half a blob", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("12345", () => response.destroy());
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const blobs = await createBlobStore(`s3://bucket?region=us-east-1&endpoint=http://127.0.0.1:${port}`);
  const { stream } = await blobs.read("some/blob");
  await expect(buffer(stream)).rejects.toThrow();
});

const full = fullDisk();
it.skipIf(full === null)("a full disk is told as such and leaves no part of a blob", async () => {
  const { path, unmount } = full!;
  onTestFinished(unmount);
  const blobs = await createBlobStore(path);
  await blobs.put("small", Buffer.alloc(1_000));
  await expect(blobs.put("large", Buffer.alloc(2 ** 20))).rejects.toThrow(
    `The blob store ${path} cannot take a blob (ENOSPC): its disk is full: free some space.`,
  );
  expect(await readdir(path)).toEqual(["small"]);
});

/** A disk of 64 KiB, where this user may mount one. */
function fullDisk(): { path: string; unmount: () => void } | null {
  if (process.getuid?.() !== 0) return null;
  const path = join(tmpdir(), `millrace-full-${process.pid}`);
  try {
    execFileSync("mkdir", ["-p", path]);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return null;
  }
  return { path, unmount: () => void execFileSync("umount", [path]) };
}
