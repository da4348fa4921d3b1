import type { Drift, TextExplanation } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

const penguins = { identifier: "f6a09d52c7", version: "1.0.0" };
const row =
  '{"bill_length_mm":39.1,"bill_depth_mm":18.7,"flipper_length_mm":181,"body_mass_g":3750,"island":"Torgersen","sex":"male"}';
const review = "The room was lovely, naïve as it is, but the café was awful.";
const dataUrl = (bytes: Buffer) => `data:application/octet-stream;base64,${bytes.toString("base64")}`;

describe("texts in other encodings", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  const run = async (model: object, item: string, inputs: Record<string, Buffer>) => {
    const sources = Object.fromEntries(
      Object.entries(inputs).map(([name, bytes]) => [name, { [item]: dataUrl(bytes) }]),
    );
    const body = { model, explain: true, explanation: { samples: 64 }, input: { type: "embedded", sources } };
    const { jobIdentifier } = await server.submit(body);
    await server.waitForEnd(jobIdentifier);
    const { results, failures } = await server.results(jobIdentifier);
    expect(failures).toEqual({});
    return (name: string) =>
      (results[name] as unknown as { "results.json": { data: { result: object; explanation: TextExplanation } } })[
        "results.json"
      ].data;
  };

  it("a row with a byte order mark is predicted, explained and counted as the row without it", async () => {
    const answerOf = await run(penguins, "penguin.json", {
      plain: Buffer.from(row),
      marked: Buffer.from(`\uFEFF${row}`),
    });
    expect(answerOf("marked")).toMatchObject({ result: { classPredictions: [{}, {}, {}] }, explanation: { seed: 0 } });
    expect(answerOf("marked").result).toEqual(answerOf("plain").result);
    const { featureImportance } = answerOf("marked").explanation as unknown as { featureImportance: object[] };
    expect(featureImportance).toHaveLength(6);
    expect({ featureImportance }).toEqual({
      featureImportance: (answerOf("plain").explanation as unknown as { featureImportance: object[] })
        .featureImportance,
    });
    const { body } = await server.call<Drift>("GET", `/models/${penguins.identifier}/versions/1.0.0/drift`);
    expect(body.inputs.find(({ feature }) => feature === "column body_mass_g")).toMatchObject({ total: 2 });
  });

  it("a text in UTF-16 is predicted and explained as the same text in UTF-8", async () => {
    const answerOf = await run(sentiment, "input.txt", {
      plain: Buffer.from(review),
      marked: Buffer.from(`\uFEFF${review}`),
      windows: Buffer.from(`\uFEFF${review}`, "utf16le"),
      unmarked: Buffer.from(review, "utf16le"),
      big: Buffer.from(`\uFEFF${review}`, "utf16le").swap16(),
    });
    const { wordImportance } = answerOf("plain").explanation;
    for (const { word, start, end } of wordImportance) expect(review.slice(start, end)).toBe(word);
    for (const name of ["marked", "windows", "unmarked", "big"]) {
      expect(answerOf(name).result, name).toEqual(answerOf("plain").result);
      expect(answerOf(name).explanation.wordImportance, name).toEqual(wordImportance);
    }
  });

  const post = async (body: Buffer) => {
    const headers = { authorization: `ApiKey ${server.apiKey}`, "content-type": "application/json" };
    const response = await fetch(`${server.url}/api/jobs`, { method: "POST", headers, body: new Uint8Array(body) });
    return { status: response.status, body: (await response.json()) as { message: string } };
  };
  const submission = JSON.stringify({ model: noOp, input: { type: "text", sources: { a: { input: "café" } } } });

  it("a request with a byte order mark is accepted", async () => {
    expect(await post(Buffer.from(`\uFEFF${submission}`))).toMatchObject({ status: 201 });
  });

  it.each<[string, Buffer, RegExp]>([
    ["UTF-16", Buffer.from(`\uFEFF${submission}`, "utf16le"), /^The body \(\d+ bytes\) is UTF-16 text: convert it to/],
    ["Windows-1252", Buffer.from(submission, "latin1"), /^The body \(\d+ bytes\) is not UTF-8 text: byte \d+ is 0xE9;/],
    ["no encoding of text", Buffer.from([0xff, 0, 1, 2]), /is not UTF-8 text: byte 0 is 0xFF;/],
  ])("a request in %s is told so, and nothing in it is replaced", async (_name, body, message) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
  });
});
