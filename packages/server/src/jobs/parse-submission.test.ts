import { describe, expect, it } from "vitest";
import { MillraceError } from "../errors/millrace-error.js";
import { parseSubmission } from "./parse-submission.js";

const model = { identifier: "ed542963de", version: "0.0.27" };
const s3 = (extra: object = {}) => ({
  type: "aws-s3",
  accessKeyID: "AKIDEXAMPLE",
  secretAccessKey: "a-secret",
  region: "us-east-1",
  sources: { "my-input": { "input.txt": { bucket: "some-bucket", key: "some_key.txt" } } },
  ...extra,
});
const text = (sources: unknown) => ({ model, input: { type: "text", sources } });

const refusals: [name: string, body: unknown, ...words: string[]][] = [
  ["a body that is no object", [], "The body", "an array of 0", "a JSON object"],
  ["no model", { input: s3() }, "model is required"],
  ["a model that is no object", { model: "ed542963de" }, "model is not valid", '"ed542963de"', "an object"],
  ["a version that is no string", { model: { ...model, version: 3 } }, "model.version", "the number 3", "a string"],
  [
    "an explain that is neither true nor false",
    { model, explain: "perhaps", input: s3() },
    "explain",
    '"perhaps"',
    "true or false",
  ],
  ["a time-out below zero", { model, timeout: -5, input: s3() }, "timeout", "-5"],
  ["a time-out in words", { model, timeout: "soon", input: s3() }, "timeout", '"soon"', "milliseconds"],
  ["an unknown input type", { model, input: { type: "ftp", sources: {} } }, "input.type", '"ftp"', "aws-s3"],
  ["no input type", { model, input: { sources: {} } }, "input.type", "nothing", "aws-s3"],
  ["an input that is no object", { model, input: 7 }, "input.type", "nothing"],
  ["no sources", { model, input: { type: "text" } }, "input.sources is required"],
  ["sources in a list", text([]), "input.sources", "an array of 0", "an object"],
  ["empty sources", text({}), "input.sources is empty", "at least one input"],
  ["an input without data items", text({ a: {} }), 'input.sources["a"] is empty', "at least one data item"],
  ["an input that is a text", text({ a: "x" }), "input.sources.a", '"x"', "an object"],
  [
    "a data item that is a number",
    text({ a: { "input.txt": 5 } }),
    'input.sources.a["input.txt"]',
    "the number 5",
    "a string",
  ],
  ["an input name with a line end", text({ "a\nb": { "input.txt": "x" } }), '"a\\nb"', "a control character"],
  ["an input name with a C1 control", text({ "a\u0085b": { "input.txt": "x" } }), "a control character"],
  ["a data item name with a slash", text({ a: { "in/put": "x" } }), '"in/put"', "must not"],
  ["an empty input name", text({ "": { "input.txt": "x" } }), 'the name ""'],
  ["a broken UTF-16 name", text({ "\ud800": { "input.txt": "x" } }), "broken UTF-16"],
  [
    "a location without a key",
    { model, input: s3({ sources: { a: { "input.txt": { bucket: "b" } } } }) },
    'input.sources.a["input.txt"].key is required',
  ],
  [
    "an empty bucket",
    { model, input: s3({ sources: { a: { i: { bucket: "", key: "k" } } } }) },
    "input.sources.a.i.bucket",
    "at least 1 character",
  ],
  [
    "a location one level too high",
    { model, input: s3({ sources: { "input.txt": { bucket: "b", key: "k" } } }) },
    "one level deeper",
  ],
  [
    "a key without its secret",
    { model, input: s3({ secretAccessKey: undefined }) },
    "input.secretAccessKey is missing",
  ],
  ["a secret without its key", { model, input: s3({ accessKeyID: "" }) }, "input.accessKeyID is missing"],
  [
    "a secret that is a number",
    { model, input: s3({ secretAccessKey: 12 }) },
    "input.secretAccessKey",
    "a number (not shown)",
    "a string",
  ],
  [
    "an embedded text that is no data URL",
    { model, input: { type: "embedded", sources: { a: { i: "hello" } } } },
    "input.sources.a.i",
    "a data URL",
  ],
  ["a null secret", { model, input: s3({ secretAccessKey: null }) }, "input.secretAccessKey", "found null", "a string"],
  ["an unknown field", { model, explian: true, input: s3() }, "explian is not a known field", "Did you mean explain?"],
  ["an unknown field of the model", { model: { ...model, Verson: "1" } }, "model.Verson", "Did you mean version?"],
  ["an unknown option of the input", { model, input: s3({ requestPayr: "requester" }) }, "Did you mean requestPayer?"],
  ["another payer", { model, input: s3({ requestPayer: "owner" }) }, "input.requestPayer", '"requester"'],
  [
    "an unknown field of a location",
    { model, input: s3({ sources: { a: { i: { bucket: "b", key: "k", version: "1" } } } }) },
    "input.sources.a.i.version is not a known field",
    "Did you mean versionId?",
  ],
  [
    "a snapshot of a blob",
    {
      model,
      input: {
        type: "azureblob",
        storageAccount: "account",
        storageAccountKey: "a2V5",
        sources: { a: { i: { container: "c", filePath: "f", snapshot: "2026" } } },
      },
    },
    "input.sources.a.i.snapshot is not a known field: expected container, filePath",
  ],
  [
    "an unknown threshold",
    { model, errorThreshold: { counts: 1 }, input: s3() },
    "errorThreshold.counts",
    "mean count?",
  ],
  [
    "an unknown JDBC parameter",
    {
      model,
      input: { type: "jdbc", url: "jdbc:postgresql://h/d?currentSchemas=a", username: "u", password: "p", query: "q" },
    },
    "currentSchemas",
    "Did you mean currentSchema?",
  ],
];

describe("a submission", () => {
  it.each(refusals)("rejects %s", (_name, body, ...words) => {
    let refusal: unknown;
    try {
      parseSubmission(body);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(MillraceError);
    expect((refusal as MillraceError).statusCode).toBe(400);
    for (const word of words) expect((refusal as MillraceError).message).toContain(word);
    expect((refusal as MillraceError).message).not.toContain("a-secret");
  });

  it("accepts the documented call", () => {
    expect(parseSubmission({ model, explain: false, input: s3() })).toMatchObject({
      modelIdentifier: "ed542963de",
      modelVersion: "0.0.27",
      explain: false,
      timeoutMs: null,
      input: s3(),
    });
  });

  it("accepts explain and timeout as strings, as documented", () => {
    expect(parseSubmission({ model, explain: "True", timeout: "1500", input: s3() })).toMatchObject({
      explain: true,
      timeoutMs: 1500,
    });
  });

  it("accepts public objects without credentials", () => {
    const input = s3({ accessKeyID: undefined, secretAccessKey: undefined });
    expect(parseSubmission({ model, input }).input).toEqual(input);
  });

  it("accepts names in any script and of any form, and the fields that the Java client sends beside", () => {
    const sent = {
      ...text({ "日本語 ü.txt": { i: "x" }, "/a/../b.txt": { i: "x" }, "u\u0308": { i: "x" }, ü: { i: "x" } }),
      status: "SUBMITTED",
      total: 3,
    };
    const parsed = parseSubmission({
      ...sent,
      model: { ...model, name: "Sentiment Analysis", tags: [], isActive: true },
    });
    expect(Object.keys(parsed.input?.sources ?? {})).toEqual(["日本語 ü.txt", "/a/../b.txt", "u\u0308", "\u00fc"]);
  });
});
