import { afterAll, describe, expect, it } from "vitest";
import { createSubmissionReader } from "../../src/jobs/submission-reader.js";

const mebibyte = 2 ** 20;
const mostBytes = 2 * mebibyte;
const never = new AbortController().signal;

describe("no body takes more memory than the thread that reads it has", () => {
  // The thread of a smaller limit has less memory in proportion; beyond it, the process would end.
  const reader = createSubmissionReader({ mostBytes });
  afterAll(() => reader.close());

  const model = '"model":{"identifier":"c0ffee0000","version":"1.0.0"}';
  const filled = (start: string, piece: (index: number) => string, end: string): Buffer => {
    const pieces: string[] = [];
    let length = start.length + end.length;
    for (let index = 0; length < mostBytes - 100; index += 1) {
      pieces.push(piece(index));
      length += (pieces.at(-1)?.length ?? 0) + 1;
    }
    return Buffer.from(`${start}${pieces.join()}${end}`);
  };
  const sources = `{${model},"input":{"type":"text","sources":{`;

  it.each<[string, Buffer]>([
    ["empty lists", filled("[", () => "[]", "]")],
    ["empty objects", filled("[", () => "{}", "]")],
    ["numbers", filled("[", () => "0.5", "]")],
    ["names without values", filled("{", (index) => `"${index.toString(36)}":0`, "}")],
    ["names that are numbers", filled("{", (index) => `"${index}":0`, "}")],
    ["objects of one name each", filled("[", (index) => `{"${index.toString(36)}":0}`, "]")],
    ["inputs without data items", filled(sources, (index) => `"${index.toString(36)}":{}`, "}}}")],
    ["inputs of one letter", filled(sources, (index) => `"${index.toString(36)}":{"i":""}`, "}}}")],
    ["data items of one letter", filled(`${sources}"a":{`, (index) => `"${index.toString(36)}":""`, "}}}}")],
    ["escapes", filled(`${sources}"a":{"i":"`, () => "\\u00e9", '"}}}}')],
  ])("of %s", async (_what, body) => {
    const reading = reader.read(body, { isKeyed: true, signal: never });
    const outcome = await reading.then(
      ({ inputs }) => ("total" in inputs ? inputs.total : 0),
      (error: { code?: string }) => error.code,
    );
    expect(typeof outcome === "number" ? "read" : outcome).toMatch(/^(read|invalid_request)$/);
  });

  it("of more objects than any job has, before it is parsed", async () => {
    const body = Buffer.from(`[${"{},".repeat(4_000_000)}{}]`);
    await expect(reader.read(body, { isKeyed: false, signal: never })).rejects.toMatchObject({
      code: "invalid_request",
      message: "The body has 4000002 arrays and objects: at most 4000000 are allowed. Split it.",
    });
  });
});
