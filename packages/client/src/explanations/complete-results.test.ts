import { expect, test } from "vitest";
import { completeResults } from "./complete-results.js";

const address = (input: string) => `http://server/api/results/j/datasource/${input}/output/results.json`;
const body = (results: object) => ({ jobIdentifier: "j", results, failures: {} }) as never;
const bytes = (text: string) => ({ bytes: new TextEncoder().encode(text), mediaType: "application/json" });

test("fetches outputs that are URLs through the client's base URL, and leaves those that fail", async () => {
  const asked: unknown[][] = [];
  const client = {
    output: async (...place: unknown[]) => {
      asked.push(place);
      if (place[1] === "gone") throw new Error("not found");
      return bytes('{"data":{"explanation":1}}');
    },
  };
  const plain = { "results.json": { data: {} }, "mask.png": "http://server/output/mask.png", engine: "results.json" };
  const large = Object.fromEntries(["a", "b", "gone"].map((name) => [name, { "results.json": address(name) }]));
  const { results } = await completeResults(client, body({ plain, ...large }));
  const found = { "results.json": { data: { explanation: 1 } } };
  expect(results).toEqual({ plain, a: found, b: found, gone: { "results.json": address("gone") } });
  expect(asked.map((place) => place.join(" ")).sort()).toEqual([
    "j a results.json",
    "j b results.json",
    "j gone results.json",
  ]);
});

test("fetches only the requested inputs", async () => {
  const client = { output: async () => bytes("1") };
  const large = { a: { "results.json": address("a") }, b: { "results.json": address("b") } };
  const { results } = await completeResults(client, body(large), ["b"]);
  expect(results).toEqual({ a: { "results.json": address("a") }, b: { "results.json": 1 } });
});
