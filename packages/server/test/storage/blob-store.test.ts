import { execFileSync } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { startServer } from "../../src/index.js";
import type { BlobStore } from "../../src/storage/blob-store.js";
import { openBlobStore } from "../../src/storage/open-blob-store.js";
import pg from "pg";
import { startTestBucket, startTestServer, noOp, type TestBucket, type TestServer } from "../support/test-server.js";

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
    blobs = await openBlobStore(location());
    await blobs.check();
  });
  const read = async (key: string) => {
    const { sizeBytes, stream } = await blobs.read(key);
    const bytes = await buffer(stream);
    expect(sizeBytes).toBe(bytes.byteLength);
    return bytes.toString();
  };

  it("are read back as written, and replaced atomically", async () => {
    await blobs.put("job/1/0", Buffer.from("first"));
    await blobs.put("job/1/0", Buffer.from("ü"));
    await blobs.put("job/2/0", Buffer.alloc(0));
    expect([await read("job/1/0"), await read("job/2/0")]).toEqual(["ü", ""]);
  });

  it("are removed below a prefix, without its neighbors", async () => {
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

it("removes more than a page of blobs from a bucket", async () => {
  const blobs = await openBlobStore(bucketLocation("/many"));
  const keys = Array.from({ length: 1_050 }, (_, index) => `job/${index}`);
  await Promise.all(keys.map((key) => blobs.put(key, Buffer.from("x"))));
  await blobs.remove("job");
  for (const key of ["job/0", "job/1049"]) await expect(blobs.read(key)).rejects.toMatchObject({ isMissing: true });
});

describe("an unusable blob store fails the start and says what to do", () => {
  const start = (blobs: string) => startServer({ blobs, dataDirectory: join(directory, "data"), logLevel: "silent" });

  it("a missing bucket", async () => {
    await expect(start(`s3://no-such-bucket?region=us-east-1&endpoint=${bucket.endpoint}`)).rejects.toThrow(
      /^The blob store s3:\/\/no-such-bucket cannot be reached \(.+\): create the bucket, or choose another with MILLRACE_BLOBS\.$/,
    );
  });

  it("a server that does not respond", async () => {
    await expect(start("s3://bucket?region=us-east-1&endpoint=http://127.0.0.1:1")).rejects.toThrow(
      /cannot be reached \(ECONNREFUSED\): check that the server is running/,
    );
  });

  it("a path through a file", async () => {
    await writeFile(join(directory, "file"), "");
    await expect(start(join(directory, "file", "blobs"))).rejects.toThrow(/\(ENOTDIR\): a part of its path is a file/);
  });
});

it("a server stores uploads in a bucket and removes them when the job has ended", async () => {
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
  const blobs = await openBlobStore(bucketLocation("/uploads-of-a-server"));
  const isThere = () =>
    blobs.read(`uploads/${jobIdentifier}/1`).then(
      ({ stream }) => stream.destroy().destroyed,
      () => false,
    );
  await expect.poll(isThere).toBe(false);
});

it("a bucket that fails during a read is an error, not half a blob", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("12345", () => response.destroy());
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const blobs = await openBlobStore(`s3://bucket?region=us-east-1&endpoint=http://127.0.0.1:${port}`);
  const { stream } = await blobs.read("some/blob");
  await expect(buffer(stream)).rejects.toThrow();
});

it("does not recreate a missing directory: its contents would be lost silently", async () => {
  const path = join(directory, "share");
  const blobs = await openBlobStore(path);
  await blobs.check();
  await blobs.put("a", Buffer.from("x"));
  await rm(path, { recursive: true });
  for (const work of [() => blobs.put("b", Buffer.from("x")), () => blobs.read("a"), () => blobs.remove("a")])
    await expect(work()).rejects.toMatchObject({
      message: expect.stringContaining("its directory is gone"),
      isTransient: true,
      isMissing: false,
    });
  expect(await readdir(directory)).not.toContain("share");
});

describe("a bucket that hangs or is unreachable", () => {
  /** Uploads are taken; reads are answered as the test says. */
  const startBucket = async (answer: (response: ServerResponse) => void) => {
    let reads = 0;
    const store = createServer((request, response) => {
      request.resume().on("end", () => {
        if (request.method !== "GET") response.end();
        else {
          reads += 1;
          answer(response);
        }
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => store.once("listening", resolve));
    onTestFinished(() => {
      store.closeAllConnections();
      store.close();
    });
    const { port } = store.address() as AddressInfo;
    return { location: `s3://bucket?region=us-east-1&endpoint=http://127.0.0.1:${port}`, reads: () => reads };
  };
  const submitUpload = async (server: TestServer) => {
    const { jobIdentifier } = await server.submit({ model: noOp });
    const form = new FormData();
    form.set("input", new Blob(["some bytes"]));
    await fetch(`${server.url}/api/jobs/${jobIdentifier}/one/input`, {
      method: "POST",
      headers: { authorization: `ApiKey ${server.apiKey}` },
      body: form,
    });
    await server.call("POST", `/jobs/${jobIdentifier}/close`);
    return jobIdentifier;
  };

  it("rejects pending requests at once on abort", async () => {
    const { location } = await startBucket(() => undefined);
    const blobs = await openBlobStore(location);
    const stop = new AbortController();
    const reading = blobs.read("a", stop.signal);
    stop.abort(new Error("changed my mind"));
    await expect(reading).rejects.toThrow("changed my mind");
  });

  it("does not block canceling a job or stopping a worker", async () => {
    const { location, reads } = await startBucket(() => undefined);
    const server = await startTestServer({ blobs: location, stopGraceMs: 200 });
    const job = await submitUpload(server);
    await expect.poll(reads).toBeGreaterThan(0);
    await server.call("DELETE", `/jobs/${job}`);
    const database = new pg.Client(server.databaseUrl);
    await database.connect();
    await expect.poll(async () => (await database.query("SELECT FROM millrace_queue.jobs")).rowCount).toBe(0);
    await database.end();
    const before = reads();
    await submitUpload(server);
    await expect.poll(reads).toBeGreaterThan(before);
    await server.close();
  });

  it("is retried before an input fails", async () => {
    let faults = 8;
    const { location } = await startBucket((response) => {
      if (faults-- > 0) response.writeHead(503).end();
      else response.writeHead(200, { "content-length": "10" }).end("some bytes");
    });
    const server = await startTestServer({ blobs: location });
    onTestFinished(() => server.close());
    expect(await server.waitForEnd(await submitUpload(server))).toMatchObject({ completed: 1, failed: 0 });
  });
});

const full = fullDisk();
it.skipIf(full === null)("reports a full disk and leaves no partial blob", async () => {
  const { path, unmount } = full!;
  onTestFinished(unmount);
  const blobs = await openBlobStore(path);
  await blobs.put("small", Buffer.alloc(1_000));
  await expect(blobs.put("large", Buffer.alloc(2 ** 20))).rejects.toThrow(
    `The blob store ${path} cannot take a blob (ENOSPC): its disk is full: free some space.`,
  );
  expect((await readdir(path)).toSorted()).toEqual([".millrace-blobs", "small"]);
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
