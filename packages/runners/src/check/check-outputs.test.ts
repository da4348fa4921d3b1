import { describe, expect, it } from "vitest";
import { checkOutputs, shortenError } from "./check-outputs.js";

const output = (size: number) => ({ mediaType: "application/json", bytes: new Uint8Array(size) });
const declared = (...names: string[]) => ({
  name: "Example",
  outputs: names.map((name) => ({ name, mediaType: "application/json", maximumSizeBytes: 10, description: "" })),
});

describe("the outputs of a model", () => {
  it("are accepted if its model.yaml declares them and they are not too large; some may be missing", () => {
    expect(checkOutputs(declared("results.json", "mask.png"), { "results.json": output(10) })).toBeUndefined();
    expect(checkOutputs(declared(), { "anything.bin": output(1000) })).toBeUndefined();
    expect(checkOutputs(declared("results.json"), {})).toBeUndefined();
  });

  it("may be larger when every class is requested, because they are not stored", () => {
    expect(
      checkOutputs(declared("results.json"), { "results.json": output(11) }, { everyClass: true }),
    ).toBeUndefined();
  });

  it.each<[string, Parameters<typeof checkOutputs>, string]>([
    [
      "too large",
      [declared("results.json"), { "results.json": output(11) }],
      'Example returned an output "results.json" of 11 bytes; its model.yaml allows 10.',
    ],
    [
      "not declared",
      [declared("results.json", "mask.png"), { "result.json": output(1) }],
      'Example returned an output "result.json"; its model.yaml declares "results.json", "mask.png".',
    ],
    [
      "no file name",
      [declared(), { "a\u0000b": output(1) }],
      'Example returned an output named "a\\u0000b", which cannot be the name of a file.',
    ],
    [
      "too many",
      [declared(), Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`o${index}`, output(1)]))],
      "Example returned 101 outputs for this input; at most 100 are allowed.",
    ],
  ])("that are %s are rejected", (_name, parameters, sentence) => {
    expect(checkOutputs(...parameters)).toBe(sentence);
  });
});

describe("an error of a model", () => {
  it("is unchanged if it is short", () => {
    expect(shortenError("ValueError: no\nsuch thing 😀")).toBe("ValueError: no\nsuch thing 😀");
  });

  it("keeps its start and its end if it is long", () => {
    const short = shortenError(`Start ${"x".repeat(2e7)} end`);
    expect(short.length).toBeLessThan(4_096);
    expect(short).toMatch(/^Start x+ … 19996010 characters left out … x+ end$/);
  });

  it("contains no character that the database rejects", () => {
    expect(shortenError("a\u0000b\ud800c")).toBe("a\uFFFDb\uFFFDc");
  });
});
