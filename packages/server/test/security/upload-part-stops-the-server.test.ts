import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("a part of an upload does not stop the server", () => {
  let server: TestServer;
  let job: string;

  beforeAll(async () => {
    server = await startTestServer({ roles: { api: true, worker: false } });
    job = (await server.submit({ model: noOp })).jobIdentifier;
  });
  afterAll(() => server?.close());

  const upload = async (...dispositions: string[]) => {
    const parts = dispositions.map((disposition) => `--x\r\nContent-Disposition: ${disposition}\r\n\r\nbytes\r\n`);
    const response = await fetch(`${server.url}/api/jobs/${job}/a/input`, {
      method: "POST",
      headers: { authorization: `ApiKey ${server.apiKey}`, "content-type": "multipart/form-data; boundary=x" },
      body: `${parts.join("")}--x--\r\n`,
    });
    const text = await response.text();
    return [response.status, text === "" ? "" : (JSON.parse(text) as { message: string }).message];
  };

  it.each([
    ["without a name", ["form-data"], /part without a name/],
    ["without a name, twice", ["form-data", "form-data"], /part without a name/],
    ["without a name, as a file", ['form-data; filename="a"', 'form-data; filename="b"'], /part without a name/],
    ["of one name, twice", ['form-data; name="input"', 'form-data; name="input"'], /the part "input" twice/],
    ["of another name", ['form-data; name="constructor"'], /input/],
  ])("%s", async (_what, dispositions, message) => {
    expect(await upload(...dispositions)).toEqual([400, expect.stringMatching(message)]);
    expect(await upload('form-data; name="input"')).toEqual([204, ""]);
  });
});
