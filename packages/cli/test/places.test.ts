import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  noOp,
  startTestBucket,
  startTestServer,
  type TestBucket,
  type TestServer,
} from "../../server/test/support/test-server.js";
import { runCommand } from "./run-command.js";

const files = ["a.txt", "b.jpg", "deep/c.txt", "deep/er/d.txt", "deep/photo (2).jpg", ".hidden.txt", "deep/.git/e.txt"];

describe("places of a submission", () => {
  let server: TestServer;
  let bucket: TestBucket;
  let directory: string;
  beforeAll(async () => {
    bucket = await startTestBucket();
    server = await startTestServer({ s3Endpoint: bucket.endpoint });
    directory = await mkdtemp(join(tmpdir(), "millrace-cli-places-"));
    for (const file of files) {
      await mkdir(dirname(join(directory, "reviews", file)), { recursive: true });
      await writeFile(join(directory, "reviews", file), file);
      await bucket.put(`reviews/${file}`, file);
    }
    await bucket.put("reviews/deep/", "");
    await bucket.put("what?[1].txt", "x");
  });
  afterAll(async () => {
    await server?.close();
    await bucket?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const submit = (...places: string[]) =>
    runCommand(["jobs", "submit", noOp.identifier, "--json", ...places.map(place)], {
      cwd: directory,
      env: {
        MILLRACE_URL: server.url,
        MILLRACE_API_KEY: server.apiKey,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_ENDPOINT_URL_S3: bucket.endpoint,
        NO_COLOR: "1",
      },
    });
  const place = (text: string) => text.replace("s3://bucket", `s3://${bucket.bucket}`);
  const resultsOf = (output: string) =>
    output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { input: string; status: string; "results.json": { sizeBytes: number } });

  const everywhere: [what: string, place: string, names: string[]][] = [
    ["*", "reviews/*.txt", ["a.txt"]],
    ["**", "reviews/**/*.txt", ["a.txt", "deep:c.txt", "deep:er:d.txt"]],
    ["** alone", "reviews/deep/**", ["c.txt", "er:d.txt", "photo (2).jpg"]],
    ["choices and ranges", "reviews/[a-b].{txt,jpg}", ["a.txt", "b.jpg"]],
    ["? and parentheses", "reviews/*/photo (?).jpg", ["deep:photo (2).jpg"]],
    ["no wildcard", "reviews/deep/photo (2).jpg", ["photo (2).jpg"]],
  ];
  it.each<[what: string, places: string[], names: string[]]>([
    ...everywhere.map(
      ([what, path, names]) => [`files by ${what}`, [path], names] satisfies [string, string[], string[]],
    ),
    ...everywhere.map(
      ([what, path, names]) =>
        [`objects by ${what}`, [`s3://bucket/${path}`], names] satisfies [string, string[], string[]],
    ),
    ["a local folder", ["reviews/"], ["a.txt", "b.jpg", "deep:c.txt", "deep:er:d.txt", "deep:photo (2).jpg"]],
    ["several, with the same names", ["reviews/a.txt", "reviews/*.txt"], ["a.txt", "a.txt (2)"]],
    ["an object with wildcards in its name", [String.raw`s3://bucket/what\?\[1\].txt`], ["what?[1].txt"]],
  ])("takes %s", async (_what, places, names) => {
    const { code, output, errors } = await submit(...places);
    expect([code, errors]).toEqual([0, expect.stringMatching(/^Job /)]);
    const results = resultsOf(output);
    expect(results.map(({ input }) => input).sort()).toEqual([...names].sort());
  });

  it.each([
    [
      "a folder in a bucket without its slash",
      "s3://bucket/reviews",
      /\/reviews is a folder: pass s3:\/\/\S+\/reviews\/ /,
    ],
    ["a local folder without its slash", "reviews", /^millrace: reviews is a folder: pass reviews\/ /],
    ["wildcards that match no object", "s3://bucket/reviews/*.png", /matches no object/],
    ["wildcards that match no file", "reviews/*.png", /matches no file/],
    ["an empty folder", "empty/", /matches no file/],
    ["a bucket that does not exist", "s3://no-such-bucket/*.txt", /cannot be listed: .*\(NoSuchBucket\)/],
    ["a bucket with wildcards", "s3://buck*/a.txt", /names no bucket/],
  ])("refuses %s with one sentence", async (_what, given, message) => {
    await mkdir(join(directory, "empty"), { recursive: true });
    const { code, errors } = await submit(given);
    expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    expect(errors).not.toMatch(/\n\s+at /);
  });

  it("sends files that are too large for one request piece by piece", async () => {
    const sizes = { "empty.bin": 0, "large.bin": 18 * 2 ** 20, "small.bin": 3 };
    await mkdir(join(directory, "large"));
    for (const [name, size] of Object.entries(sizes))
      await writeFile(join(directory, "large", name), Buffer.alloc(size));
    const { output } = await submit("large/");
    const answered = resultsOf(output).map(({ input, ...result }) => [input, result["results.json"]?.sizeBytes]);
    expect(Object.fromEntries(answered)).toMatchObject({ "large.bin": sizes["large.bin"], "small.bin": 3 });
  });
});
