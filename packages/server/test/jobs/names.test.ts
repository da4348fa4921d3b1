import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { startFauxqsStore } from "../s3/fauxqs-store.js";
import { awsClientOf, createBucket } from "../s3/store.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

const post = (text: string) => server.call("POST", "/jobs", text);
const submission = (sources: string) =>
  `{"model":${JSON.stringify(noOp)},"input":{"type":"text","sources":${sources}}}`;
const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);

/** The names of a job's inputs, in the order of each answer that has them. */
async function ordersOf(job: string): Promise<(string | undefined)[][]> {
  await server.waitForEnd(job);
  const read = async (path: string, accept = "application/json") => {
    const headers = { authorization: `ApiKey ${server.apiKey}`, accept };
    return (await fetch(`${server.url}/api${path}`, { headers })).text();
  };
  const details = (await server.call("GET", `/jobs/${job}`)).body.jobInputs as { identifier: string }[];
  return [
    details.map(({ identifier }) => identifier),
    namesIn(await read(`/results/${job}`), /"([^"]+)":\{"status":/g),
    namesIn(await read(`/results/${job}`, "application/x-ndjson"), /"input":"([^"]+)"/g),
  ];
}

it("names that look like numbers keep the caller's order", async () => {
  const names = ["10", "b", "2", "1", "a", "01"];
  const { status, body } = await post(submission(`{${names.map((name) => `"${name}":{"input":"x"}`).join(",")}}`));
  expect([status, body.jobInputs.identifier]).toEqual([201, names]);
  expect(await ordersOf(body.jobIdentifier)).toEqual([names, names, names]);
});

it("so do those of uploaded files and of folders", async () => {
  const { jobIdentifier: open } = await server.submit({ model: noOp });
  for (const name of ["10", "2", "1"]) await append(open, name);
  await server.call("POST", `/jobs/${open}/close`);
  expect((await ordersOf(open))[0]).toEqual(["10", "2", "1"]);

  const store = await startFauxqsStore();
  const aws = awsClientOf(store);
  const { bucket } = await createBucket(aws);
  for (const folder of ["x", "y"])
    await aws.send(new PutObjectCommand({ Bucket: bucket, Key: `${folder}/k`, Body: "x" }));
  const own = await startTestServer({ s3Endpoint: store.endpoint });
  onTestFinished(async () => {
    await own.close();
    aws.destroy();
    await store.close();
  });
  const { sources: _, ...access } = s3Input({});
  const sources = ["10", "2"].map(
    (name) => `"${name}":{"input":{"bucket":"${bucket}","key":"${name === "2" ? "x" : "y"}"}}`,
  );
  const input = JSON.stringify({ ...access, type: "aws-s3-folder" }).replace(
    /\}$/,
    `,"sources":{${sources.join(",")}}}`,
  );
  const { body } = await own.call("POST", "/jobs", `{"model":${JSON.stringify(noOp)},"input":${input}}`);
  await own.waitForEnd(body.jobIdentifier);
  const { jobInputs } = (await own.call("GET", `/jobs/${body.jobIdentifier}`)).body;
  expect(jobInputs.map(({ identifier }: { identifier: string }) => identifier)).toEqual(["10:k", "2:k"]);
});

async function append(job: string, name: string, item = "input"): Promise<number> {
  const body = new FormData();
  body.append("input", new Blob(["four"]));
  const headers = { authorization: `ApiKey ${server.apiKey}` };
  const { status } = await fetch(`${server.url}/api/jobs/${job}/${name}/${item}`, { method: "POST", headers, body });
  return status;
}

const key = "reviews/2024/första & sista?.txt";

it("a key can be a name, and is one in every route", async () => {
  const { body } = await post(submission(JSON.stringify({ [key]: { input: "four" }, "/": { input: "x" } })));
  const job = body.jobIdentifier as string;
  expect(await ordersOf(job)).toEqual([
    [key, "/"],
    [key, "/"],
    [key, "/"],
  ]);
  const name = encodeURIComponent(key);
  const { results } = (await server.call("GET", `/results/${job}/${name}`)).body;
  expect(Object.keys(results)).toEqual([key]);
  for (const path of [`datasource/${name}/output/results.json`, `${name}/results.json`])
    expect((await server.call("GET", `/results/${job}/${path}`)).body).toEqual(results[key]["results.json"]);
  expect((await server.call("POST", `/results/${job}/upvote/${name}`)).status).toBeLessThan(300);
  expect((await server.call("GET", `/results/${job}/vote/${name}`)).body).toEqual({ vote: "UP" });
});

it("slashes that a published client does not encode belong to the name", async () => {
  const { jobIdentifier: job } = await server.submit({ model: noOp });
  const raw = key.split("/").map(encodeURIComponent).join("/");
  expect(await append(job, raw)).toBe(204);
  expect(await append(job, encodeURIComponent("second/one"))).toBe(204);
  await server.call("POST", `/jobs/${job}/close`);
  expect((await ordersOf(job))[0]).toEqual([key, "second/one"]);
  const { status, body } = await server.call("GET", `/results/${job}/datasource/${raw}/output/results.json`);
  expect([status, body]).toEqual([200, (await server.results(job)).results[key]?.["results.json"]]);
});

it.each([
  ["a%0Ab", "input", 400],
  ["%ED%A0%80", "input", 400],
  ["a", "b%2Finput", 400],
  ["..%2Fa", "input", 204],
])("a file named %s/%s is answered %i", async (name, item, status) => {
  const { jobIdentifier } = await server.submit({ model: noOp });
  expect(await append(jobIdentifier, name, item)).toBe(status);
});

it.each([
  [
    submission('{"a":{"input":"x"},"a":{"input":"y"}}'),
    'The object at "input", "sources" of the body has the name "a" twice',
  ],
  [
    submission('{"a":{"input":"x","inp\\u0075t":"y"}}'),
    'at "input", "sources", "a" of the body has the name "input" twice',
  ],
  [`{"explain":true,"explain":false,"model":${JSON.stringify(noOp)}}`, 'The body has the name "explain" twice'],
])("names that are there twice are refused: %s", async (text, sentence) => {
  const { status, body } = await post(text);
  expect([status, body.message]).toEqual([400, expect.stringContaining(sentence)]);
});

it("two forms of one character are two names", async () => {
  const { body } = await post(submission('{"u\\u0308":{"input":"x"},"\\u00fc":{"input":"x"}}'));
  expect((await ordersOf(body.jobIdentifier))[0]).toEqual(["u\u0308", "\u00fc"]);
});
