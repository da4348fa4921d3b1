import { MillraceClient, type Job } from "@millrace/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFauxqsStore } from "../../packages/server/test/s3/fauxqs-store.js";
import { awsClientOf, type Store } from "../../packages/server/test/s3/store.js";
import { startTestServer, type TestServer } from "../../packages/server/test/support/test-server.js";
import { documentedCall, putExampleObject, type DocumentedField } from "./documented-call.js";

const { parameters, fields } = documentedCall;

describe("the documented call, made with the TypeScript SDK", () => {
  let store: Store;
  let server: TestServer;
  let client: MillraceClient;
  let submitted: Job;
  let completed: Job;

  beforeAll(async () => {
    store = await startFauxqsStore();
    const aws = awsClientOf(store);
    await putExampleObject(aws);
    aws.destroy();
    server = await startTestServer({ s3Endpoint: store.endpoint });
    client = new MillraceClient({ baseUrl: server.url, apiKey: server.apiKey });
    const [user] = (await server.call("GET", "/accounting/users")).body;
    await server.call("PATCH", `/accounting/users/${user.identifier}`, { title: "Some Title" });
    // By position, in the order of the page.
    const examples = parameters.map(({ example }) => example) as Parameters<typeof client.jobs.submitAwsS3>;
    submitted = await client.jobs.submitAwsS3(...examples);
    completed = await client.jobs.waitUntilComplete(submitted);
  });
  afterAll(async () => {
    await server?.close();
    await store?.close();
  });

  it("takes the page's parameters, of which only explain has a default", () => {
    const call = Reflect.get(client.jobs, "submitAwsS3") as (...given: never[]) => Promise<Job>;
    expect(call).toHaveLength(parameters.filter((parameter) => !("default" in parameter)).length);
    const [head = ""] = String(call).split(")");
    const named = head.slice(head.indexOf("(") + 1).split(",");
    expect(named.slice(0, parameters.length).map((one) => one.trim())).toEqual(
      parameters.map(({ name, ...rest }) => camelCase(name) + ("default" in rest ? ` = ${String(rest.default)}` : "")),
    );
  });

  it("explain is false by default", async () => {
    const [model, version, sources, ...access] = parameters.map(({ example }) => example) as Parameters<
      typeof client.jobs.submitAwsS3
    >;
    const [accessKeyId, secretAccessKey, region] = access;
    const job = await client.jobs.submitAwsS3(model, version, sources, accessKeyId, secretAccessKey, region);
    expect(job.explain).toBe(parameters.find(({ name }) => name === "explain")?.default);
  });

  it.each(fields)("$name is a $type right after submission", (field) => check(field, submitted, field.submitted));
  it.each(fields)("$name is a $type after completion", (field) => check(field, completed, field.completed));

  it("names the submitter by its keys' public parts, and tells when things happened", async () => {
    for (const job of [submitted, completed]) {
      expect(job.submittedBy).toBe("test");
      expect(job.user?.accessKeys).toEqual([{ prefix: "test", isDefault: true }]);
      expect(job.submittedAt?.getTime()).toBe(submitted.createdAt?.getTime());
    }
    expect(Number(completed.updatedAt)).toBeGreaterThanOrEqual(Number(submitted.updatedAt));
    expect(await client.jobs.get(submitted)).toEqual(completed);
  });
});

function check({ name, type }: DocumentedField, job: Job, expected: unknown): void {
  const values = valuesAt(job, camelCase(name));
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) expect(typeOf(value)).toBe(type);
  if (expected !== undefined) expect(values).toEqual(Array.isArray(expected) ? expected : [expected]);
}

/** The values at a path such as `user.accessKeys[].prefix`. */
function valuesAt(value: unknown, path: string): unknown[] {
  return path.split(".").reduce<unknown[]>(
    (parents, step) =>
      parents.flatMap((parent) => {
        const child = (parent as Record<string, unknown>)[step.replace("[]", "")];
        return step.endsWith("[]") ? (child as unknown[]) : [child];
      }),
    [value],
  );
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function typeOf(value: unknown): string {
  if (value instanceof Date) return "date-time";
  return typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
}
