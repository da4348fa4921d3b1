import { inputSources, type InputOfType, type InputSourceType } from "@millrace/contract";
import { Compile } from "typebox/compile";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import type { Job, JobInput, Jobs, MillraceClient, SubmitOptions } from "../src/index.js";
import { json, receipt, startWireServer, type WireServer } from "./wire-server.js";

/** All fields of a type of input besides `type`. */
type Fields<Type extends InputSourceType> = Required<Omit<InputOfType[Type], "type">>;

const inputs: { readonly [Type in InputSourceType]: Fields<Type> } = {
  text: { sources: { a: { i: "x" } } },
  embedded: { sources: { a: { i: "data:,x" } } },
  "aws-s3": { ...s3Fields(), sources: { a: { i: { bucket: "b", key: "k", versionId: "v" } } } },
  "aws-s3-folder": { ...s3Fields(), sources: { a: { i: { bucket: "b", key: "k" } } } },
  "storage-grid": {
    ...s3Fields(),
    endpoint: "grid.example.com",
    sources: { a: { i: { bucket: "b", key: "k", versionId: "v" } } },
  },
  azureblob: {
    storageAccount: "someaccount",
    storageAccountKey: "a2V5",
    sources: { a: { i: { container: "c", filePath: "f" } } },
  },
  jdbc: {
    url: "jdbc:postgresql://db.example.com/reviews",
    username: "reader",
    password: "secret",
    driver: "org.postgresql.Driver",
    query: "SELECT 1",
    sources: {},
  },
};

function s3Fields() {
  return {
    accessKeyID: "AKID",
    secretAccessKey: "secret",
    sessionToken: "token",
    region: "us-east-1",
    requestPayer: "requester",
  } as const;
}

/** The call that submits each type: fields that are arguments, and all others as options. */
const calls: { readonly [Type in InputSourceType]: (jobs: Jobs, fields: Fields<Type>) => Promise<Job> } = {
  text: (jobs, { sources }) => jobs.submitText("m", "1.0.0", sources),
  embedded: (jobs, { sources }) => jobs.submitEmbedded("m", "1.0.0", sources),
  "aws-s3": (jobs, { sources, accessKeyID, secretAccessKey, region, ...options }) =>
    jobs.submitAwsS3("m", "1.0.0", sources, accessKeyID, secretAccessKey, region, false, options),
  "aws-s3-folder": (jobs, { sources, accessKeyID, secretAccessKey, region, ...options }) =>
    jobs.submitAwsS3Folder("m", "1.0.0", sources, accessKeyID, secretAccessKey, region, false, options),
  "storage-grid": (jobs, { sources, accessKeyID, secretAccessKey, endpoint, ...options }) =>
    jobs.submitStorageGrid("m", "1.0.0", sources, accessKeyID, secretAccessKey, endpoint, false, options),
  azureblob: (jobs, { sources, storageAccount, storageAccountKey, ...options }) =>
    jobs.submitAzureBlob("m", "1.0.0", sources, storageAccount, storageAccountKey, false, options),
  jdbc: (jobs, { sources: _unused, url, username, password, query, ...options }) =>
    jobs.submitJdbc("m", "1.0.0", url, username, password, query, false, options),
};

const types = Object.keys(inputSources) as InputSourceType[];

describe("every field of the wire can be given", () => {
  let server: WireServer;
  afterEach(() => server.close());
  const submit = async (call: (client: MillraceClient) => Promise<Job>): Promise<object> => {
    server = await startWireServer(json(receipt, 201));
    await call(server.client());
    return server.seen[0]?.body.input;
  };

  it.each(types)("%s", async (type) => {
    const { schema } = inputSources[type];
    const input = { type, ...inputs[type] };
    expect(Object.keys(input).sort()).toEqual(Object.keys(schema.properties).sort());
    const call = calls[type] as (jobs: Jobs, fields: object) => Promise<Job>;
    const sent = await submit(({ jobs }) => call(jobs, inputs[type]));
    // `sources` of a query is not used.
    expect(type === "jdbc" ? { ...sent, sources: {} } : sent).toEqual(input);
    expect(Compile(schema).Check(sent)).toBe(true);
  });

  it.each(types)("%s, in the general form", async (type) => {
    const input = { type, ...inputs[type] } as JobInput;
    expect(await submit(({ jobs }) => jobs.submit({ model: "m", version: "1.0.0", input }))).toEqual(input);
  });
});

it("options are those of the wire, by type", () => {
  type Options<Method extends (...parameters: never[]) => unknown> =
    Required<Parameters<Method>> extends [...unknown[], infer Last] ? Exclude<keyof Last, keyof SubmitOptions> : never;
  type S3Options = "sessionToken" | "requestPayer";
  expectTypeOf<Options<Jobs["submitAwsS3"]>>().toEqualTypeOf<S3Options>();
  expectTypeOf<Options<Jobs["submitAwsS3Folder"]>>().toEqualTypeOf<S3Options>();
  expectTypeOf<Options<Jobs["submitStorageGrid"]>>().toEqualTypeOf<S3Options | "region">();
  expectTypeOf<Options<Jobs["submitJdbc"]>>().toEqualTypeOf<"driver">();
  expectTypeOf<Options<Jobs["submitAzureBlob"]>>().toEqualTypeOf<never>();
});

describe("sources in a Map", () => {
  it.each([
    ["submitText", (jobs: Jobs, items: ReadonlyMap<string, { i: string }>) => jobs.submitText("m", "1.0.0", items)],
    [
      "submitEmbedded",
      (jobs: Jobs, items: ReadonlyMap<string, { i: string }>) => jobs.submitEmbedded("m", "1.0.0", items),
    ],
  ])("keep their order: %s", async (_name, submit) => {
    const server = await startWireServer(json(receipt, 201));
    const names = ["10", "b", "2", "1", "__proto__"];
    await submit(server.client().jobs, new Map(names.map((name) => [name, { i: "data:,x" }])));
    const [, sources = ""] = /"sources":\{(.*)\}\}\}$/.exec(server.seen[0]?.text ?? "") ?? [];
    expect(Array.from(sources.matchAll(/"([^"]+)":\{/g), ([, name]) => name)).toEqual(names);
    await server.close();
  });
});
