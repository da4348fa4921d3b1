import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../server/test/support/test-server.js";
import { runCommand } from "./run-command.js";

describe("millrace doctor", () => {
  let server: TestServer;
  let bucket: TestBucket;
  let directory: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-doctor-"));
    await bucket.put("reviews/a.txt", "x");
    env = {
      HOME: directory,
      MILLRACE_URL: server.url,
      MILLRACE_API_KEY: server.apiKey,
      DATABASE_URL: server.databaseUrl,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_S3: bucket.endpoint,
      AWS_EC2_METADATA_DISABLED: "true",
    };
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const check = async (parameters: readonly string[] = [], variables: Record<string, string> = {}) => {
    const { code, output, errors } = await runCommand(["doctor", "--json", ...parameters], {
      env: { ...env, ...variables },
    });
    const lines = output.trim().split("\n");
    const findings = lines.map((line) => JSON.parse(line) as { subject: string; status: string; message: string });
    return { code, errors, findings: new Map(findings.map(({ subject, ...finding }) => [subject, finding])), output };
  };

  it("finds nothing wrong with what works, and changes nothing", async () => {
    const data = join(directory, "new");
    const { code, errors, findings } = await check(["--bucket", `s3://${bucket.bucket}/reviews/`, "--data", data]);
    expect([code, errors]).toEqual([0, ""]);
    for (const subject of ["machine", "server", "models of the server", "S3", "data directory", "database", "models"])
      expect([subject, findings.get(subject)?.status]).toEqual([subject, "ok"]);
    // Depends on the machine.
    expect(findings.get("isolation")?.message).toBeTypeOf("string");
    await expect(rm(data)).rejects.toThrow("ENOENT");
  });

  it.each<[what: string, subject: string, parameters: string[], variables: Record<string, string>, advice: RegExp]>([
    ["a server that is away", "server", [], { MILLRACE_URL: "http://127.0.0.1:9" }, /Start one with millrace serve/],
    [
      "a key that is wrong",
      "server",
      [],
      { MILLRACE_API_KEY: "nobody.nothing" },
      /refuses the key of MILLRACE_API_KEY/,
    ],
    ["no key", "server", [], { MILLRACE_API_KEY: "" }, /millrace login/],
    [
      "a database that is away",
      "database",
      [],
      { DATABASE_URL: "postgres://a:hunter2hunter2@127.0.0.1:9/b" },
      /check address/,
    ],
    ["a bucket that does not exist", "S3", ["--bucket", "s3://no-such-bucket/"], {}, /NoSuchBucket/],
    ["a setting that is wrong", "configuration", [], { MILLRACE_MAX_SUBMISSION: "many" }, /MILLRACE_MAX_SUBMISSION/],
  ])("says what to do about %s", async (_what, subject, parameters, variables, advice) => {
    const { code, findings, output } = await check(parameters, variables);
    expect([code, findings.get(subject)?.status]).toEqual([1, "failed"]);
    expect(findings.get(subject)?.message).toMatch(advice);
    expect(output).not.toMatch(/hunter2/);
  });

  it("leaves out what only a server needs with --no-local, and only warns without AWS credentials", async () => {
    const { code, findings } = await check(["--no-local"], { AWS_ACCESS_KEY_ID: "" });
    expect([code, [...findings.keys()]]).toEqual([0, ["machine", "server", "models of the server", "S3"]]);
    expect(findings.get("S3")).toMatchObject({ status: "warning", message: expect.stringContaining("--aws-profile") });
  });
});
