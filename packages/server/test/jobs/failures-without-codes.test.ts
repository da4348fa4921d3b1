import { InputFinishedEvent, JobResults } from "@millrace/contract";
import { MillraceClient } from "@millrace/client";
import pg from "pg";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

describe("an input that failed before failures had codes", () => {
  let server: TestServer;
  let client: MillraceClient;
  let job: string;

  beforeAll(async () => {
    server = await startTestServer();
    client = new MillraceClient({ baseUrl: server.url, apiKey: server.apiKey });
    const input = { type: "text", sources: { old: { "no such item": "x" } } };
    job = (await server.submit({ model: noOp, input })).jobIdentifier;
    await server.waitForEnd(job);
    // As the migration that brought codes leaves such a row.
    const database = new pg.Client(server.databaseUrl);
    await database.connect();
    await database.query(
      `UPDATE millrace.outcome_batches SET lines = regexp_replace(lines, '"code":"[a-z._]+"', '"code":null')`,
    );
    await database.end();
  });
  afterAll(() => server?.close());

  const failure = { code: null, error: expect.stringContaining("no such item") };

  it("has its message in results, with a null code", async () => {
    const results = await server.results(job);
    expect(results.failures).toMatchObject({ old: failure });
    expect(Compile(JobResults).Errors(results)).toEqual([]);
    const lines = await server.call<string>("GET", `/results/${job}`, undefined, { accept: "application/x-ndjson" });
    expect(JSON.parse(lines.body)).toMatchObject({ input: "old", ...failure });
  });

  it("has an event like every other", async () => {
    const { body } = await server.call<string>("GET", `/jobs/${job}/events`);
    const data = /event: input\ndata: (.*)\n/.exec(body)?.[1] ?? "";
    expect(JSON.parse(data)).toMatchObject({ name: "old", status: "FAILED", ...failure });
    expect(Compile(InputFinishedEvent).Errors(JSON.parse(data))).toEqual([]);
  });

  it("is read by the SDK", async () => {
    expect((await client.results.get(job)).failures["old"]).toMatchObject(failure);
    const events = [];
    for await (const event of client.jobs.events(job)) if (event.type === "input") events.push(event);
    expect(events).toMatchObject([{ name: "old", ...failure }]);
  });
});
