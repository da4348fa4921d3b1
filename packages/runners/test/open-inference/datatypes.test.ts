import { describe, expect, it } from "vitest";
import { answers, input, mapping, open, serve } from "./fixture.js";

describe("datatypes of the Open Inference Protocol over HTTP", () => {
  it.each([
    ["[1, NaN, 1]", "NaN", 1],
    ["[1, 2, -Infinity]", "-Infinity", 2],
    ["[1e999, 2, 1]", "Infinity", 0],
    ["[1, 2, null]", "NaN", 2],
  ])("floats of %s fail the input, because JSON has none of them", async (data, value, at) => {
    const said = { text: `{"outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 3], "data": ${data}}]}` };
    const engine = await open((await serve({ answer: () => said })).address);
    expect(await answers(engine, input("[1, 2, 3]", "NaN"))).toEqual([
      `The model returned ${value} in its output "results.json" at data.result.y[${at}], which JSON cannot hold.`,
    ]);
  });

  it("texts that look like numbers stay texts", async () => {
    const words = ["NaN", 'a "Infinity"', "12345678901234567890", "\\"];
    const said = { text: JSON.stringify({ outputs: [{ name: "y", datatype: "BYTES", shape: [1, 4], data: words }] }) };
    const engine = await open((await serve({ answer: () => said })).address);
    expect(await answers(engine, input("[1, 2, 3]", "a"))).toMatchObject([{ result: { y: words } }]);
  });

  it("integers beyond 2^53 keep all their digits in both directions", async () => {
    let sent = "";
    const data = "[9007199254740993, -9223372036854775808, 7]";
    const server = await serve({
      binary: false,
      answer: (body) => {
        sent = body.toString();
        return { text: `{"outputs": [{"name": "y", "datatype": "INT64", "shape": [1, 3], "data": ${data}}]}` };
      },
    });
    const engine = await open(server.address, { inputs: [{ ...mapping[0], datatype: "INT64" }, mapping[1]] });
    expect(await answers(engine, input('["9007199254740993", 1, -2]', "a"))).toMatchObject([
      { result: { y: ["9007199254740993", "-9223372036854775808", 7] } },
    ]);
    expect(sent).toContain('"data":[9007199254740993,1,-2]');
  });

  it.each([
    ["UINT8", "[300, 1, 2]", "has the value 300; expected UINT8, a whole number from 0 to 255."],
    ["UINT8", "[1, -1, 2]", "has the value -1; expected UINT8, a whole number from 0 to 255."],
    ["INT32", "[2147483648, 1, 2]", /has the value 2147483648; expected INT32/],
    ["INT64", "[9007199254740993, 1, 2]", /expected INT64, .* beyond 9007199254740991 as a string of digits\.$/],
    ["UINT64", '["-1", 1, 2]', /has the value "-1"; expected UINT64/],
    ["BOOL", "[true, false, 2]", /has the value 2; expected BOOL, true or false/],
    ["FP32", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", /nested deeper than 32 lists/],
  ])("%s does not hold %s", async (datatype, numbers, message) => {
    const engine = await open((await serve()).address, { inputs: [{ ...mapping[0], datatype }, mapping[1]] });
    const [found] = await answers(engine, input(numbers, "a"));
    if (typeof message === "string") expect(found).toBe(`Data item "numbers.json" ${message}`);
    else expect(found).toMatch(message);
  });

  it.each([
    ["FP16", [0x00, 0x3c, 0x00, 0xc1, 0xff, 0x7b], [1, -2.5, 65504]],
    ["BF16", [0x80, 0x3f, 0x20, 0xc0, 0x9a, 0x3e], [1, -2.5, 0.30078125]],
  ])("%s is sent and read in its binary form", async (datatype, bytes, numbers) => {
    let sent: Uint8Array = new Uint8Array();
    const server = await serve({
      answer: (body, headers) => {
        const length = Number(headers["inference-header-content-length"]);
        sent = body.subarray(length, length + 6);
        const header = JSON.stringify({
          outputs: [{ name: "y", datatype, shape: [1, 3], parameters: { binary_data_size: 6 } }],
        });
        return {
          text: Buffer.concat([Buffer.from(header), Buffer.from(bytes)]),
          headers: { "inference-header-content-length": String(header.length) },
        };
      },
    });
    const engine = await open(server.address, { inputs: [{ ...mapping[0], datatype }, mapping[1]] });
    expect(await answers(engine, input(JSON.stringify(numbers), "a"))).toMatchObject([{ result: { y: numbers } }]);
    expect([...sent]).toEqual(bytes);
  });
});
