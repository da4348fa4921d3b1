import { describe, expect, it } from "vitest";
import { parseOptions, UsageError } from "../../examples/demo/options.js";

const credentials = { AWS_ACCESS_KEY_ID: "some-id", AWS_SECRET_ACCESS_KEY: "some-secret" };

describe("the demo's command line", () => {
  it("starts its own S3 server if none is named", () => {
    expect(parseOptions([], credentials)).toEqual({ s3: undefined, showsAll: false });
    expect(parseOptions(["--all"], {})).toEqual({ s3: undefined, showsAll: true });
  });

  it("accepts another S3 server with credentials from the environment or the command line", () => {
    expect(parseOptions(["--s3", "http://127.0.0.1:9000", "--bucket", "mine"], credentials)?.s3).toEqual({
      endpoint: "http://127.0.0.1:9000",
      region: "us-east-1",
      accessKeyId: "some-id",
      secretAccessKey: "some-secret",
      bucket: "mine",
    });
    const args = [
      "--s3",
      "https://s3.test",
      "--access-key-id",
      "a",
      "--secret-access-key",
      "b",
      "--region",
      "eu-west-1",
    ];
    expect(parseOptions(args, {})?.s3).toMatchObject({ region: "eu-west-1", accessKeyId: "a", secretAccessKey: "b" });
  });

  it("prints help without doing anything", () => {
    expect(parseOptions(["--help"], {})).toBeUndefined();
  });

  it.each([
    [["--s3", "localhost:9000"], credentials, /--s3 expects the address.*"localhost:9000"/],
    [["--s3", "http://127.0.0.1:9000"], { AWS_SECRET_ACCESS_KEY: "some-secret" }, /AWS_ACCESS_KEY_ID/],
    [["--nonsense"], {}, /--nonsense/],
  ])("rejects %j and says what to change", (args, environment, message) => {
    expect(() => parseOptions(args, environment)).toThrow(message);
    expect(() => parseOptions(args, environment)).toThrow(UsageError);
    expect(() => parseOptions(args, environment)).not.toThrow(/some-secret/);
  });
});
