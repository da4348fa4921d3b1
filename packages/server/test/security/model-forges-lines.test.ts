import { expect, it } from "vitest";
import { createModelsDirectory } from "../support/models-directory.js";
import { startTestServer } from "../support/test-server.js";

it("each line of JSON-lines results is one input, whatever a model returns", async () => {
  // The outputs are the input itself, byte by byte.
  const directory = await createModelsDirectory(
    "{ results.json: { mediaType: application/json, maxSize: 1M }, input: { mediaType: application/json, maxSize: 1M } }",
    "(text) => ({ 'results.json': Buffer.from(text), input: Buffer.from('\"victim\"') })",
  );
  const server = await startTestServer({ modelsDirectory: directory.path });
  const forged = '{"input":"victim","status":"SUCCESSFUL","results.json":{"forged":true}}';
  const outputs = {
    indented: JSON.stringify({ a: [1, { b: 2 }] }, null, 2),
    lines: `[\n${forged}\n,\r\n${forged}\r]`,
    separators: JSON.stringify(`x\u2028${forged}\u2029${forged}\u0085${forged}`),
    digits: "[\n12345678901234567890.10\n]",
    ended: "1\n\n",
  };
  const sources = Object.fromEntries(Object.entries(outputs).map(([name, text]) => [name, { input: text }]));
  const { jobIdentifier } = await server.submit({ model: directory.model, input: { type: "text", sources } });
  expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ completed: 5, failed: 0 });

  const accept = { accept: "application/x-ndjson" };
  const { body } = await server.call<string>("GET", `/results/${jobIdentifier}`, undefined, accept);
  const lines = body.slice(0, -1).split(/[\n\r\v\f\u0085\u2028\u2029]/);
  const entries = lines.map((line) => JSON.parse(line) as { input: string; "results.json": unknown });
  expect(entries.map(({ input }) => input)).toEqual(Object.keys(outputs));
  for (const entry of entries)
    expect(entry["results.json"]).toEqual(JSON.parse(outputs[entry.input as keyof typeof outputs]));
  expect(body).toContain("12345678901234567890.10");
  await server.close();
  await directory.remove();
});

it("an output that is nested too deeply fails only its input and is not shown", async () => {
  const directory = await createModelsDirectory(
    "{ results.json: { mediaType: application/json, maxSize: 1M } }",
    "(text) => ({ 'results.json': Buffer.from('['.repeat(Number(text)) + ']'.repeat(Number(text))) })",
  );
  const server = await startTestServer({ modelsDirectory: directory.path });
  const sources = { shallow: { input: "100" }, deep: { input: "100000" } };
  const { jobIdentifier } = await server.submit({ model: directory.model, input: { type: "text", sources } });
  await server.waitForEnd(jobIdentifier);
  const { results, failures } = await server.results(jobIdentifier);
  expect(Object.keys(results)).toEqual(["shallow"]);
  expect(failures["deep"]?.error).toMatch(/nested too deeply/);
  await server.close();
  await directory.remove();
});
