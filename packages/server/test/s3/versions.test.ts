import { expect, it, onTestFinished } from "vitest";
import { noOp, s3Input, startTestServer } from "../support/test-server.js";
import { errorXml, response, startHostileServer } from "./hostile-server.js";

it("a job reads the version of its location, at every attempt, and pays where it says so", async () => {
  const store = await startHostileServer(({ socket, index }) => {
    socket.write(index === 0 ? response(503, errorXml("SlowDown")) : response(200, "four"));
  });
  const server = await startTestServer({ s3Endpoint: store.endpoint });
  onTestFinished(async () => {
    await server.close();
    await store.close();
  });
  const location = { bucket: "some-bucket", key: "a.txt", versionId: "3/L4+kqtJ=" };
  const input = { ...s3Input({ a: { input: location } }), requestPayer: "requester" };
  const { jobIdentifier } = await server.submit({ model: noOp, input });
  await server.waitForEnd(jobIdentifier);
  expect(Object.keys((await server.results(jobIdentifier)).results)).toEqual(["a"]);
  const asked = store.requests.map(({ path, headers }) => [path, headers["x-amz-request-payer"]]);
  expect(asked).toEqual(Array(2).fill(["/some-bucket/a.txt?versionId=3%2FL4%2BkqtJ%3D", "requester"]));
});

it("a folder has no version", async () => {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  const folder = { bucket: "some-bucket", key: "folder", versionId: "x" };
  const input = { ...s3Input({ a: { input: folder } }), type: "aws-s3-folder" };
  const { status, body } = await server.call("POST", "/jobs", { model: noOp, input });
  expect([status, body.message]).toEqual([
    400,
    "input.sources.a.input.versionId is not a known field: expected bucket, key. Remove it.",
  ]);
});
