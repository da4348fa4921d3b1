import { inputSourceTypes } from "@millrace/contract";
import fc from "fast-check";
import { Compile } from "typebox/compile";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type Answer, type TestServer } from "../support/test-server.js";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: unknown;
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>;
}
interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

// The same calls in every run; another seed finds other ones.
const seed = 20_261_124;
const callsPerRoute = 25;

/** Bodies as they come from clients that are wrong in part, and from people who try what breaks. */
const words = fc.constantFrom(
  "",
  "x",
  "0",
  "-1",
  "1e999",
  "null",
  "../..",
  "%00",
  "'; DROP TABLE jobs; --",
  "grüß dich",
  "\u0000",
  "\ud800",

  "__proto__",
  "constructor",
  "2026-11-24T00:00:00.000+00:00",
  noOp.identifier,
  noOp.version,
  "text",
  "aws-s3",
  "ACTIVE",
);
const scalars = fc.oneof(
  words,
  fc.string({ unit: "binary" }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const fields = fc.constantFrom(
  "model",
  "identifier",
  "version",
  "input",
  "type",
  "sources",
  "explain",
  "timeout",
  "priority",
  "name",
  "status",

  "processing",
  "minimumParallelCapacity",
  "maximumParallelCapacity",
  "inputs",
  "outputs",
  "tags",
  "roles",
  "email",

  "identifiers",
  "my-input",
  "input.txt",
  "bucket",
  "key",
  "registry",
  "url",
  "statistics",
  "requirement",
  "__proto__",
);
const bodies = fc.oneof(
  fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalars, tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 4 }),
    object: fc.dictionary(fields, tie("value"), { maxKeys: 5 }),
  })).object,
  fc.record({
    model: fc.constant(noOp),
    input: fc.record({
      type: fc.constantFrom(...inputSourceTypes),
      sources: fc.dictionary(words, fc.dictionary(words, scalars)),
    }),
  }),
);

describe("random requests", () => {
  let server: TestServer;
  let routes: Route[];
  beforeAll(async () => {
    server = await startTestServer();
    const { body } = await server.call<{ paths: Record<string, Record<string, Operation>> }>("GET", "/openapi.json");
    routes = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
    const job = await server.submit({ model: noOp, input: { type: "text", sources: { "my-input": { input: "x" } } } });
    await server.waitForEnd(job.jobIdentifier);
    known["job"] = job.jobIdentifier;
  });
  afterAll(() => server?.close());

  /** What makes a path lead to something there is. */
  const known: Record<string, string> = {
    input: "my-input",
    output: "results.json",
    dataItem: "input",
    model: noOp.identifier,
    version: noOp.version,
    accessKey: "test",
    metric: "cpu-used",
    type: "JOB_STUCK",
    tags: "text",
  };

  const call = async ({ method, path, operation }: Route, pick: Picks): Promise<Answer> => {
    const filled = path
      .slice("/api".length)
      .replace(/\{(\w+)\}/g, (_, name: string) => encode((pick.hits ? known[name] : undefined) ?? pick.segment));
    const query = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === "query" && parameter.name !== "wait")
      .map(({ name }, index) => `${name}=${encode(pick.values[index % pick.values.length] ?? "")}`)
      .filter((_, index) => pick.chosen[index % pick.chosen.length] === true);
    const body = operation.requestBody === undefined && method === "GET" ? undefined : JSON.stringify(pick.body);
    const response = await fetch(`${server.url}/api${filled}?${query.join("&")}`, {
      method,
      headers: {
        authorization: `ApiKey ${server.apiKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    const isEndless = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (isEndless) await response.body?.cancel();
    const text = isEndless ? "" : await response.text();
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  it("get documented responses and never an internal error", async () => {
    const validators = new Map<string, ReturnType<typeof Compile>>();
    const statuses = new Set<number>();
    for (const route of routes) {
      const name = `${route.method} ${route.path}`;
      // The own key and the own user are needed for the next call.
      if (name === "PATCH /api/accounting/access-keys/{prefix}" || name.endsWith("/rotate") || name.endsWith("/roles"))
        continue;
      await fc.assert(
        fc.asyncProperty(picks, async (pick) => {
          const { status, body } = await call(route, pick);
          statuses.add(status);
          expect(status, name).toBeLessThan(500);
          const documented = route.operation.responses[String(status)];
          expect(documented, `${name} documents ${status}: ${JSON.stringify(body).slice(0, 300)}`).toBeDefined();
          const schema = documented?.content?.["application/json"]?.schema;
          if (schema === undefined || typeof body === "string") return;
          const key = `${name} ${status}`;
          const validator = validators.get(key) ?? Compile(schema);
          validators.set(key, validator);
          expect(validator.Errors(body), key).toEqual([]);
          if (status >= 400) expect((body as { message: string }).message).toMatch(/\w.*\.$/s);
        }),
        { seed, numRuns: callsPerRoute },
      );
    }
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404]));
    const health = await server.call("GET", "/health");
    expect(health.status).toBe(200);
  });
});

interface Picks {
  readonly hits: boolean;
  readonly segment: string;
  readonly values: readonly string[];
  readonly chosen: readonly boolean[];
  readonly body: unknown;
}

const picks: fc.Arbitrary<Picks> = fc.record({
  hits: fc.boolean(),
  segment: fc.oneof(words, fc.string({ minLength: 1 })).filter((text) => ![".", "..", ""].includes(text)),
  values: fc.array(fc.oneof(words, fc.string()), { minLength: 1, maxLength: 6 }),
  chosen: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  body: bodies,
});

/** Percent-encodes; broken UTF-16 cannot be sent in a URL. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
