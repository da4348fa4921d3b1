import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

type Schema = Readonly<Record<string, unknown>>;
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** Places of a schema where a caller can send as much as the body allows, and the schema does not say that this is meant. */
function unboundedIn(schema: Schema, place: string): string[] {
  if ("x-bounded-by" in schema || "enum" in schema || "const" in schema) return [];
  const branches = ["anyOf", "oneOf", "allOf"].flatMap((key) => (schema[key] as Schema[] | undefined) ?? []);
  if (branches.length > 0) return branches.flatMap((branch, index) => unboundedIn(branch, `${place}|${index}`));
  switch (schema["type"]) {
    case "string":
      return "maxLength" in schema ? [] : [`${place}: a string`];
    case "array":
      return [
        ...("maxItems" in schema ? [] : [`${place}: an array`]),
        ...unboundedIn((schema["items"] as Schema | undefined) ?? {}, `${place}[]`),
      ];
    case "object":
      return unboundedFields(schema, place);
    case "boolean":
    case "integer":
    case "null":
    case "number":
      return [];
    default:
      return [`${place}: anything`];
  }
}

function unboundedFields(schema: Schema, place: string): string[] {
  const fields = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
  const others = [
    ...Object.values((schema["patternProperties"] ?? {}) as Record<string, Schema>),
    ...(typeof schema["additionalProperties"] === "object" ? [schema["additionalProperties"] as Schema] : []),
  ];
  const names = schema["propertyNames"] as Schema | undefined;
  return [
    ...fields.flatMap(([name, field]) => unboundedIn(field, `${place}.${name}`)),
    ...(others.length > 0 && !("maxProperties" in schema) ? [`${place}: a record`] : []),
    ...(others.length > 0 && names?.["maxLength"] === undefined ? [`${place}: names of a record`] : []),
    ...others.flatMap((other) => unboundedIn(other, `${place}{}`)),
  ];
}

it("the walk finds what has no bound, and only that", () => {
  const text = { type: "string", maxLength: 1 };
  const bounded = {
    type: "object",
    properties: { a: text, b: { type: "array", maxItems: 1, items: text }, c: { "x-bounded-by": "body" } },
    patternProperties: { "^.*$": { anyOf: [text, { type: "null" }, { enum: ["a"] }] } },
    propertyNames: { maxLength: 1 },
    maxProperties: 1,
  };
  expect(unboundedIn(bounded, "body")).toEqual([]);
  const unbounded = {
    type: "object",
    properties: { a: { type: "string" }, b: { type: "array", items: {} } },
    patternProperties: { "^.*$": { anyOf: [{ type: "null" }, { type: "string", pattern: "^a" }] } },
  };
  expect(unboundedIn(unbounded, "body")).toEqual([
    "body.a: a string",
    "body.b: an array",
    "body.b[]: anything",
    "body: a record",
    "body: names of a record",
    "body{}|1: a string",
  ]);
});

describe("what callers send", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  it("is bounded by its schema in every body, query and path", async () => {
    const { body } = await server.call<{ paths: Record<string, Record<string, Operation>> }>("GET", "/openapi.json");
    const places = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { parameters = [], requestBody }]) => [
        ...parameters.flatMap(({ name, schema }) => unboundedIn(schema, `${method} ${path} ${name}`)),
        ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
          unboundedIn(schema, `${method} ${path} body`),
        ),
      ]),
    );
    expect(places).toEqual([]);
  });

  const submit = (sources: unknown) => server.call("POST", "/jobs", { model: noOp, input: { type: "text", sources } });
  const long = "n".repeat(1_025);

  it.each<[what: string, sources: unknown, sentence: RegExp]>([
    [
      "an input's name",
      { [long]: { input: "x" } },
      /^input\.sources has a name of 1025 characters, .*at most 1024 char/,
    ],
    ["a data item's name", { a: { [long]: "x" } }, /^input\.sources\.a has a name of 1025 characters, .*at most 1024/],
    ["a name of wide characters", { ["名".repeat(342)]: { input: "x" } }, /name of 1026 bytes, .*at most 1024 bytes/],
    ["a value named with a line end", { "a\nb": { input: { not: "a text" } } }, /"a\\nb".*\.input is not valid/],
  ])("%s is refused in one sentence", async (_what, sources, sentence) => {
    const { status, body } = await submit(sources);
    expect([status, body.message]).toEqual([400, expect.stringMatching(sentence)]);
    expect(body.message.length).toBeLessThan(400);
  });

  it("an upload's name, a query and a path are refused alike", async () => {
    const { jobIdentifier } = await server.submit({ model: noOp });
    const body = new FormData();
    body.append("input", new Blob(["x"]));
    const upload = await fetch(`${server.url}/api/jobs/${jobIdentifier}/${long}/input`, {
      method: "POST",
      headers: { authorization: `ApiKey ${server.apiKey}` },
      body,
    });
    expect([upload.status, await upload.text()]).toEqual([400, expect.stringContaining("a name of 1025 bytes")]);
    const query = await server.call("GET", `/jobs?search=${"x".repeat(8_193)}`);
    expect([query.status, query.body.message]).toEqual([400, expect.stringContaining("at most 8192 characters")]);
    expect((await server.call("GET", `/models/${"x".repeat(8_193)}`)).status).toBe(414);
  });

  it("the longest names can be read back", async () => {
    const name = "名".repeat(341);
    const job = (await submit({ [name]: { input: "x" } })).body.jobIdentifier;
    await server.waitForEnd(job);
    const { status } = await server.call("GET", `/results/${job}/${encodeURIComponent(name)}`);
    expect(status).toBe(200);
  });
});
