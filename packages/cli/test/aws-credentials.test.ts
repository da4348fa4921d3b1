import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startRecordingServer, type RecordingServer } from "./recording-server.js";
import { runCommand } from "./run-command.js";

const config = (processFile: string) => `
[default]
region = eu-central-1

[profile research]
region = eu-west-3

[profile reader]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = research
region = ap-south-1

[profile program]
credential_process = ${process.execPath} ${processFile}
region = us-west-2

[profile expired]
sso_session = corporate
sso_account_id = 123456789012
sso_role_name = reader
region = eu-west-1

[sso-session corporate]
sso_region = eu-west-1
sso_start_url = https://corporate.example/start
`;
const credentials = `
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = default-secret

[research]
aws_access_key_id = AKIARESEARCH
aws_secret_access_key = research-secret
aws_session_token = research-token
`;
const assumedRole = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>
  <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const fromProgram = { Version: 1, AccessKeyId: "AKIAPROGRAM", SecretAccessKey: "program-secret" };

describe("AWS credentials of a submission", () => {
  let directory: string;
  let server: RecordingServer;
  let sts: RecordingServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-aws-"));
    const program = join(directory, "program.cjs");
    await writeFile(program, `console.log(${JSON.stringify(JSON.stringify(fromProgram))})`);
    await writeFile(join(directory, "config"), config(program));
    await writeFile(join(directory, "credentials"), credentials);
    server = await startRecordingServer((route) => {
      const job = { jobIdentifier: "0b6f7e3c-0000-4000-8000-000000000000", status: "SUBMITTED", model: {} };
      const answers = { latestVersion: "1.0.0", inputs: [{ name: "input" }], ...(route.startsWith("POST") ? job : {}) };
      return { type: "application/json", body: JSON.stringify(answers) };
    });
    sts = await startRecordingServer(() => ({ type: "text/xml", body: assumedRole }));
    env = {
      HOME: directory,
      MILLRACE_URL: server.url,
      MILLRACE_API_KEY: "test.secret",
      AWS_CONFIG_FILE: join(directory, "config"),
      AWS_SHARED_CREDENTIALS_FILE: join(directory, "credentials"),
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_EC2_METADATA_DISABLED: "true",
    };
  });
  beforeEach(() => void server.bodies.splice(0));
  afterAll(async () => {
    server?.close();
    sts?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const submit = (parameters: readonly string[], variables: Record<string, string> = {}) =>
    runCommand(["jobs", "submit", "c0ffee0000", "s3://bucket/a.txt", "--detach", ...parameters], {
      env: { ...env, ...variables },
    });
  const sent = () => {
    const { type, sources, ...access } = JSON.parse(server.bodies.at(-1) ?? "{}").input;
    expect([type, sources]).toEqual(["aws-s3", { "a.txt": { input: { bucket: "bucket", key: "a.txt" } } }]);
    return access;
  };
  const key = (accessKeyID: string, secretAccessKey: string, rest: object) => ({
    accessKeyID,
    secretAccessKey,
    ...rest,
  });
  const variables = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "env-secret" };

  it.each<[what: string, parameters: string[], variables: Record<string, string>, access: object]>([
    ["the default profile", [], {}, key("AKIADEFAULT", "default-secret", { region: "eu-central-1" })],
    [
      "a profile with a session",
      ["--aws-profile", "research"],
      {},
      key("AKIARESEARCH", "research-secret", { sessionToken: "research-token", region: "eu-west-3" }),
    ],
    [
      "the profile of AWS_PROFILE",
      [],
      { AWS_PROFILE: "research" },
      key("AKIARESEARCH", "research-secret", { sessionToken: "research-token", region: "eu-west-3" }),
    ],
    [
      "an assumed role",
      ["--aws-profile", "reader"],
      {},
      key("ASIAROLE", "role-secret", { sessionToken: "role-token", region: "ap-south-1" }),
    ],
    ["a program", ["--aws-profile", "program"], {}, key("AKIAPROGRAM", "program-secret", { region: "us-west-2" })],
    [
      "the environment",
      [],
      { ...variables, AWS_SESSION_TOKEN: "env-token", AWS_REGION: "ca-central-1" },
      key("AKIAENV", "env-secret", { sessionToken: "env-token", region: "ca-central-1" }),
    ],
    [
      "a profile that is named before the environment",
      ["--aws-profile", "research", "--region", "sa-east-1", "--request-payer"],
      variables,
      key("AKIARESEARCH", "research-secret", {
        sessionToken: "research-token",
        region: "sa-east-1",
        requestPayer: "requester",
      }),
    ],
    ["nothing with --no-sign-request", ["--no-sign-request"], variables, { region: "eu-central-1" }],
  ])("come from %s", async (_what, parameters, given, access) => {
    const { code, errors } = await submit(parameters, given);
    expect([code, errors]).toEqual([0, ""]);
    expect(sent()).toEqual(access);
  });

  it.each<[what: string, parameters: string[], variables: Record<string, string>, message: RegExp]>([
    ["there are none", [], { AWS_SHARED_CREDENTIALS_FILE: "/none" }, /No AWS credentials: .*--no-sign-request/],
    ["the profile does not exist", ["--aws-profile", "none"], {}, /No AWS credentials for the profile none: /],
    [
      "the SSO session has expired",
      ["--aws-profile", "expired"],
      {},
      /No AWS credentials for the profile expired: .*aws sso login/,
    ],
  ])("nothing is submitted where %s", async (_what, parameters, given, message) => {
    const { code, errors } = await submit(parameters, given);
    expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    expect(errors).not.toMatch(/\n\s+at /);
    expect(server.bodies.filter((body) => body !== "")).toEqual([]);
  });

  it("are not looked for when nothing lies in a bucket", async () => {
    const file = join(directory, "config");
    const { code, errors } = await runCommand(["jobs", "submit", "c0ffee0000", file, "--detach"], {
      env: { ...env, AWS_PROFILE: "none" },
    });
    expect([code, errors]).toEqual([0, ""]);
  });
});
