import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MillraceError } from "../../src/errors/millrace-error.js";
import { inputRows } from "../../src/jobs/input-rows.js";
import { createSubmissionReader, type SubmissionReader } from "../../src/jobs/submission-reader.js";
import { createPool } from "../../src/database/pool.js";
import { noOp, s3Input, startTestServer, type TestServer } from "../support/test-server.js";

const never = new AbortController().signal;
const open: SubmissionReader[] = [];
const createReader = (options: Parameters<typeof createSubmissionReader>[0]): SubmissionReader => {
  const reader = createSubmissionReader(options);
  open.push(reader);
  return reader;
};
afterAll(() => Promise.all(open.map((reader) => reader.close())));

const model = { identifier: "ed542963de", version: "0.0.27" };
const of = (input: unknown) => JSON.stringify({ model, input });
const text = (sources: unknown) => of({ type: "text", sources });

describe("a body gets the same answer in the thread as on the main one", () => {
  const inThread = createReader({ largeBytes: 0 });
  const onMain = createReader({ largeBytes: Infinity });

  const read = async (reader: SubmissionReader, body: string | Buffer) => {
    try {
      const { prepared, inputs } = await reader.read(Buffer.from(body), { isKeyed: true, signal: never });
      const fingerprint = Buffer.from(prepared.fingerprint ?? []).toString("hex");
      const rows: Uint8Array[] = [];
      if (!("rows" in inputs)) rows.push(...inputRows(inputs));
      else for await (const piece of inputs.rows) rows.push(piece);
      const names = "rows" in inputs ? (JSON.parse(inputs.namesJson) as string[]) : inputs.names;
      return { ...prepared, fingerprint, names, rows: Buffer.concat(rows).toString("hex") };
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      return { code: error.code, message: error.message };
    }
  };

  it.each([
    ["a text", text({ a: { "input.txt": "b" } })],
    ["no input", JSON.stringify({ model, explain: "true", timeout: "10", priority: 3, hoursDeleteInput: 1 })],
    [
      "names in another order than JavaScript's",
      `{"model":${JSON.stringify(model)},"input":{"type":"text","sources":{"b":{"2":"x","1":"y"},"10":{"i":"z"},"2":{"i":""}}}}`,
    ],
    [
      "names and texts of all kinds",
      text({
        '模型 \u{1f600} \\ " \u2028': { "\u00e9": "\u0000\t\n\\ \ud800 \u{1f600}" },
        toString: { constructor: "" },
      }),
    ],
    [
      "a text of a megabyte",
      text({ large: { input: "\u00e9".repeat(2 ** 19) }, next: { input: "x".repeat(2 ** 18) } }),
    ],
    [
      "many inputs",
      text(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`input-${index}`, { i: "some text" }]))),
    ],
    ["objects in a bucket", of(s3Input({ a: { "input.txt": { bucket: "b", key: "k", versionId: "v" } } }))],
    [
      "folders",
      of({
        ...s3Input({ b: { i: { bucket: "b", key: "k" } }, 1: { i: { bucket: "b", key: "l" } } }),
        type: "aws-s3-folder",
      }),
    ],
    [
      "a query",
      of({ type: "jdbc", url: "jdbc:postgresql://db.example.com/x", username: "u", password: "p", query: "SELECT 1" }),
    ],
    [
      "a store of its own",
      of({
        ...s3Input({ a: { i: { bucket: "b", key: "k" } } }),
        region: undefined,
        type: "storage-grid",
        endpoint: "grid.example.com",
      }),
    ],
    ["no JSON", "{"],
    ["nothing but a list", "[]"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["UTF-16", Buffer.from(text({ a: { b: "c" } }), "utf16le")],
    [
      "a name twice",
      `{"model":${JSON.stringify(model)},"input":{"type":"text","sources":{"a":{"i":""},"b":{},"a":{"i":""}}}}`,
    ],
    [
      "a number twice",
      `{"model":${JSON.stringify(model)},"input":{"type":"text","sources":{"1":{"i":""},"1":{"i":""}}}}`,
    ],
    ["nesting", `{"model":${"[".repeat(200)}`],
    ["no inputs", text({})],
    ["an input without data items", text({ a: { i: "x" }, b: {} })],
    ["a name that cannot be one", text({ a: { i: "x" }, "line\nend": { i: "x" } })],
    ["half a surrogate pair", text({ "\ud800": { i: "x" } })],
    ["a field that is not known", of({ ...s3Input({ a: { i: { bucket: "b", key: "k", colour: "red" } } }) })],
    ["a secret of the wrong type", of({ ...s3Input({ a: { i: { bucket: "b", key: "k" } } }), secretAccessKey: 5 })],
    ["half of a key pair", of({ ...s3Input({ a: { i: { bucket: "b", key: "k" } } }), secretAccessKey: "" })],
    ["a flat source", of(s3Input({ "input.txt": { bucket: "b", key: "k" } }))],
    ["an unknown type", of({ type: "ftp", sources: {} })],
  ])("%s", async (_what, body) => {
    const [one, other] = [await read(inThread, body), await read(onMain, body)];
    expect(one).toEqual(other);
  });
});

describe("the thread", () => {
  const body = (inputs: number) =>
    Buffer.from(
      text(Object.fromEntries(Array.from({ length: inputs }, (_, index) => [`input-${index}`, { i: "some text" }]))),
    );

  it("stops for a client that left, and the next body is read", async () => {
    const reader = createReader({ largeBytes: 0 });
    const left = new AbortController();
    const reading = reader.read(body(50_000), { isKeyed: false, signal: left.signal });
    const waiting = reader.read(body(4), { isKeyed: false, signal: never });
    left.abort(new Error("The client left."));
    await expect(reading).rejects.toThrow("The client left.");
    expect((await waiting).inputs).toMatchObject({ total: 4 });
  });

  it("reads on although nobody wants the rows of one", async () => {
    const reader = createReader({ largeBytes: 0 });
    for (const total of [20_000, 5]) {
      const { inputs } = await reader.read(body(total), { isKeyed: false, signal: never });
      expect(inputs).toMatchObject({ total });
    }
  });
});

describe("a large submission", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ roles: { api: true, worker: false } });
  });
  afterAll(() => server?.close());

  const sources = { "1 \\ 模型": { input: 'a "text"\twith \\ and \u{1f600}' }, "0": { input: "" }, z: { input: "x" } };
  const small = JSON.stringify({ model: noOp, input: { type: "text", sources } });
  // Space between tokens changes nothing, but makes it large.
  const large = `${" ".repeat(2 ** 20)}${small}`;
  const submit = async (body: string, headers?: Record<string, string>) => {
    const { status, body: receipt } = await server.call("POST", "/jobs", body, headers);
    expect(status, JSON.stringify(receipt)).toBe(201);
    return receipt;
  };

  it("leaves the same rows as a small one, and gets the same receipt", async () => {
    const receipts = [await submit(small), await submit(large)];
    const pool = createPool(server.databaseUrl, { maximumConnections: 1, applicationName: "test" });
    const rowsOf = async (job: string) => {
      const tables = await pool.query(
        `SELECT i.position, i.name, i.data_items, c.first_position, c.last_position
         FROM millrace.jobs j JOIN millrace.inputs i ON i.job_id = j.id JOIN millrace.chunks c ON c.job_id = j.id
         WHERE j.identifier = $1 ORDER BY i.position`,
        [job],
      );
      return tables.rows as unknown[];
    };
    const rows = await Promise.all(receipts.map(({ jobIdentifier }) => rowsOf(jobIdentifier)));
    await pool.end();
    expect(rows[0]).toHaveLength(3);
    expect(rows[1]).toEqual(rows[0]);
    const [one, other] = receipts.map(({ jobInputs, total, status }) => ({ jobInputs, total, status }));
    expect(other).toEqual(one);
    expect(one?.jobInputs).toEqual({ identifier: Object.keys(sources) });
  });

  it("lists its inputs in order wherever they are listed", async () => {
    const { jobIdentifier } = await submit(large);
    const identifiers = Object.keys(sources).map((identifier) => ({ identifier }));
    const details = await server.call("GET", `/jobs/${jobIdentifier}`);
    expect(details.body.jobInputs).toEqual(identifiers);
    const [listed] = (await server.call("GET", `/jobs/history?jobIdentifiers=${jobIdentifier}`)).body;
    expect(listed).toEqual({ ...details.body, elapsedTime: listed.elapsedTime });
    const without = await server.call("GET", `/jobs/${jobIdentifier}?exclude=jobInputs`);
    expect(without.body).toMatchObject({ jobIdentifier, total: 3, jobInputs: [] });
    expect((await server.call("GET", `/jobs/history/${jobIdentifier}`)).body).toMatchObject([
      { jobInputs: identifiers },
    ]);
    const [summary] = (await server.call("GET", `/jobs?jobIdentifiers=${jobIdentifier}`)).body;
    expect(summary).toEqual({ jobIdentifier, status: "SUBMITTED", model: details.body.model });
    const cancelled = (await server.call("DELETE", `/jobs/${jobIdentifier}`)).body;
    expect(cancelled).toMatchObject({ status: "CANCELED", jobInputs: identifiers });
  });

  it("is recognised under its idempotency key, however it was written", async () => {
    const headers = { "idempotency-key": "large-or-small" };
    const first = await submit(large, headers);
    expect((await submit(small, headers)).jobIdentifier).toBe(first.jobIdentifier);
    expect((await submit(large, headers)).jobInputs).toEqual(first.jobInputs);
    const other = await server.call("POST", "/jobs", large.replace('"x"', '"y"'), headers);
    expect([other.status, other.body.code]).toEqual([409, "conflict"]);
  });

  it("that is refused leaves nothing behind", async () => {
    const unknown = large.replace(noOp.version, "9.9.9");
    expect((await server.call("POST", "/jobs", unknown)).body.message).toContain('has no version "9.9.9"');
    const twice = large.replace('"z":', '"0":');
    expect((await server.call("POST", "/jobs", twice)).body.message).toContain('the name "0" twice');
  });
});
