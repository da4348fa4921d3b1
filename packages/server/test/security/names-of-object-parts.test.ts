import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

const names = ["constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];

describe("names of built-in object properties are ordinary names", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  const expectUnharmed = async () => {
    expect(Object.keys({ a: 1 })).toEqual(["a"]);
    expect(({} as Record<string, unknown>)["sizeBytes"]).toBeUndefined();
    const job = await server.submit({ model: noOp, input: { type: "text", sources: { after: { input: "x" } } } });
    expect((await server.waitForEnd(job.jobIdentifier)).completed).toBe(1);
  };

  it("an upload for the input `constructor` and data item `keys` does not stop the server", async () => {
    const { body: job } = await server.call("POST", "/jobs", { model: noOp });
    for (const [input, item] of [
      ["constructor", "keys"],
      ["valueOf", "input"],
      ["toString", "constructor"],
    ]) {
      const form = new FormData();
      form.set("input", new Blob(["four"]), "input");
      const response = await fetch(`${server.url}/api/jobs/${job.jobIdentifier}/${input}/${item}`, {
        method: "POST",
        headers: { authorization: `ApiKey ${server.apiKey}` },
        body: form,
      });
      expect(response.status).toBeLessThan(300);
    }
    expect((await server.call("POST", `/jobs/${job.jobIdentifier}/close`)).status).toBe(200);
    const { total, completed, failed } = await server.waitForEnd(job.jobIdentifier);
    expect([total, completed, failed]).toEqual([3, 1, 2]);
    const { results, failures } = (await server.call("GET", `/results/${job.jobIdentifier}`)).body;
    expect(Object.keys(results)).toEqual(["valueOf"]);
    expect(Object.keys(failures).sort()).toEqual(["constructor", "toString"]);
    await expectUnharmed();
  });

  it.each(names)("an input named %s has its own result", async (name) => {
    const body = `{"model": ${JSON.stringify(noOp)}, "input": {"type": "text", "sources": {${JSON.stringify(name)}: {"input": "four"}}}}`;
    const { status, body: job } = await server.call("POST", "/jobs", body);
    expect(status, JSON.stringify(job)).toBe(201);
    expect((await server.waitForEnd(job.jobIdentifier)).completed).toBe(1);
    const { results } = (await server.call("GET", `/results/${job.jobIdentifier}`)).body;
    expect(Object.keys(results)).toEqual([name]);
    await expectUnharmed();
  });

  it("`__proto__`, which published clients cannot read back, is rejected", async () => {
    const body = `{"model": ${JSON.stringify(noOp)}, "input": {"type": "text", "sources": {"__proto__": {"input": "four"}}}}`;
    const { status, body: refusal } = await server.call("POST", "/jobs", body);
    expect([status, refusal.message]).toEqual([400, expect.stringContaining("__proto__")]);
    await expectUnharmed();
  });
});
