import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { response, startHostileServer, type HostileServer } from "../s3/hostile-server.js";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";
import { noOp, s3Input } from "../support/test-server.js";

const mebibyte = 2 ** 20;
const apiKey = `flooded.${"k".repeat(48)}`;
// Beside what it has when idle: 256 MiB of fetched inputs, what is on its way in 32 connections, and what awaits collection.
const allowedBytes = 640 * mebibyte;

describe.skipIf(process.platform !== "linux")("downloads stay within their shared memory budget", () => {
  let flood: HostileServer;
  let server: ServerProcess;
  let directory: string;
  let idleBytes: number;

  beforeAll(async () => {
    // As fast as it is read, without an end: with a length that lies, in chunks, and with none of both.
    flood = await startHostileServer(({ socket, index, path }) => {
      if (path.includes("/good")) return socket.end(response(200, "good"));
      const head = [{ "content-length": 60 * mebibyte }, { "transfer-encoding": "chunked" }, {}][index % 3] ?? {};
      socket.write(response(200, "", head));
      const bytes = "x".repeat(64 * 1_024);
      const piece = "transfer-encoding" in head ? `10000\r\n${bytes}\r\n` : bytes;
      const pump = () => {
        while (!socket.destroyed && socket.write(piece));
      };
      socket.on("drain", pump);
      pump();
    });
    directory = await mkdtemp(join(tmpdir(), "millrace-flooded-"));
    server = await startServerProcess(directory, { MILLRACE_API_KEY: apiKey, AWS_ENDPOINT_URL_S3: flood.endpoint });
    idleBytes = (await memory()).now;
  }, 120_000);
  afterAll(async () => {
    await server?.kill("SIGTERM");
    await flood?.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Of the server's process, not of its engines and its database. */
  const memory = async () => {
    const status = await readFile(`/proc/${server.child.pid}/status`, "utf8");
    const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1_024;
    return { now: of("VmRSS"), peak: of("VmHWM") };
  };
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { authorization: `ApiKey ${apiKey}`, ...(body && { "content-type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as { jobIdentifier: string } & Record<string, unknown>,
    };
  };
  const submit = async (keys: readonly string[]) => {
    const sources = Object.fromEntries(keys.map((key) => [key, { input: { bucket: "b", key } }]));
    const { status, body } = await call("POST", "/jobs", { model: noOp, input: s3Input(sources) });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.jobIdentifier;
  };

  it("of objects that never end, and the API answers meanwhile", async () => {
    const job = await submit(Array.from({ length: 96 }, (_, index) => `endless-${index}`));
    let answered = 0;
    for (;;) {
      expect((await call("GET", "/models")).status).toBe(200);
      answered += 1;
      const { body } = await call("GET", `/jobs/${job}?exclude=jobInputs`);
      expect((await memory()).now).toBeLessThan(idleBytes + allowedBytes);
      if (body["status"] === "COMPLETED") break;
    }
    expect(answered).toBeGreaterThan(10);
    expect((await memory()).peak).toBeLessThan(idleBytes + allowedBytes);
    const { body } = await call("GET", `/jobs/${job}?exclude=jobInputs`);
    expect(body).toMatchObject({ completed: expect.any(Number), failed: expect.any(Number), pending: 0 });
    const good = await submit(["good"]);
    await expect
      .poll(async () => (await call("GET", `/jobs/${good}?exclude=jobInputs`)).body, { timeout: 60_000 })
      .toMatchObject({ status: "COMPLETED", completed: 1 });
  }, 600_000);
});
