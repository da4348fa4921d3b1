import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

// A worker or another caller can change a job before the caller who changed it last has read it again. Here somebody is always
// that quick: a deferred trigger changes the job once more while the transaction commits.
const quickerChange = `
  CREATE TABLE quicker (change text);
  CREATE FUNCTION make_quicker_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE next text;
  BEGIN
    DELETE FROM quicker RETURNING change INTO next;
    IF FOUND THEN EXECUTE 'UPDATE millrace.jobs SET ' || next || ' WHERE id = $1' USING NEW.id; END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER quicker AFTER INSERT OR UPDATE ON millrace.jobs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION make_quicker_change()`;

describe("the answer to a change is the state that the change wrote", () => {
  let server: TestServer;
  let database: pg.Client;
  beforeAll(async () => {
    server = await startTestServer({ roles: { api: true, worker: false } });
    database = new pg.Client(server.databaseUrl);
    await database.connect();
    await database.query(quickerChange);
  });
  afterAll(async () => {
    await database?.end();
    await server?.close();
  });

  const input = { type: "text", sources: { one: { input: "text" } } };
  const submit = async () => (await server.submit({ model: noOp, input })).jobIdentifier;
  const post = (path: string, body?: object) => server.call("POST", `/jobs${path}`, body);

  it.each<[string, { change: string; wrote: object; became: object; make: () => Promise<() => Promise<any>> }]>([
    [
      "submit",
      {
        change: "status = 'IN_PROGRESS'",
        wrote: { status: "SUBMITTED", totalInputs: 1, jobInputs: { identifier: ["one"] } },
        became: { status: "IN_PROGRESS" },
        make: () => Promise.resolve(() => post("", { model: noOp, input })),
      },
    ],
    [
      "open",
      {
        change: "status = 'CANCELED'",
        wrote: { status: "OPEN" },
        became: { status: "CANCELED" },
        make: () => Promise.resolve(() => post("", { model: noOp })),
      },
    ],
    [
      "close",
      {
        change: "status = 'IN_PROGRESS'",
        wrote: { status: "SUBMITTED", totalInputs: 1, jobInputs: { identifier: ["one"] } },
        became: { status: "IN_PROGRESS" },
        async make() {
          const { jobIdentifier: job } = await server.submit({ model: noOp });
          const body = '--b\r\nContent-Disposition: form-data; name="input"; filename="x"\r\n\r\nabc\r\n--b--\r\n';
          await server.call("POST", `/jobs/${job}/one/input`, body, {
            "content-type": "multipart/form-data; boundary=b",
          });
          return () => post(`/${job}/close`, {});
        },
      },
    ],
    [
      "pause",
      {
        change: "paused_at = NULL",
        wrote: { paused: true },
        became: { paused: false },
        async make() {
          const job = await submit();
          return () => post(`/${job}/pause`);
        },
      },
    ],
    [
      "resume",
      {
        change: "paused_at = now()",
        wrote: { paused: false },
        became: { paused: true },
        async make() {
          const job = await submit();
          await post(`/${job}/pause`);
          return () => post(`/${job}/resume`);
        },
      },
    ],
    [
      "priority",
      {
        change: "priority = -5",
        wrote: { priority: 5 },
        became: { priority: -5 },
        async make() {
          const job = await submit();
          return () => post(`/${job}/priority`, { priority: 5 });
        },
      },
    ],
    [
      "cancel",
      {
        change: "status = 'SUBMITTED', ended_at = NULL",
        wrote: { status: "CANCELED" },
        became: { status: "SUBMITTED" },
        async make() {
          const job = await submit();
          return () => server.call("DELETE", `/jobs/${job}`);
        },
      },
    ],
    [
      "retry",
      {
        change: "status = 'IN_PROGRESS'",
        wrote: { status: "SUBMITTED" },
        became: { status: "IN_PROGRESS" },
        async make() {
          const job = await submit();
          await server.call("DELETE", `/jobs/${job}`);
          return () => post(`/${job}/retry`);
        },
      },
    ],
  ])("%s", async (_name, { change, wrote, became, make }) => {
    const call = await make();
    await database.query("INSERT INTO quicker VALUES ($1)", [change]);
    const { body } = await call();
    expect(body).toMatchObject(wrote);
    expect((await server.call("GET", `/jobs/${body.jobIdentifier}`)).body).toMatchObject(became);
  });

  it("canceling every job", async () => {
    const job = await submit();
    await server.call("DELETE", "/jobs");
    expect((await post(`/${job}/retry`)).body.status).toBe("SUBMITTED");
    await database.query("INSERT INTO quicker VALUES ('status = ''COMPLETED''')");
    expect((await server.call("DELETE", "/jobs")).body).toMatchObject([{ jobIdentifier: job, status: "CANCELED" }]);
    expect((await server.call("GET", `/jobs/${job}`)).body.status).toBe("COMPLETED");
  });

  it("two closes at the same time both succeed", async () => {
    const { jobIdentifier: job } = await server.submit({ model: noOp });
    const body = '--b\r\nContent-Disposition: form-data; name="input"; filename="x"\r\n\r\nabc\r\n--b--\r\n';
    await server.call("POST", `/jobs/${job}/one/input`, body, { "content-type": "multipart/form-data; boundary=b" });
    await database.query("BEGIN");
    await database.query("SELECT FROM millrace.jobs WHERE identifier = $1 FOR UPDATE", [job]);
    const closes = [post(`/${job}/close`, {}), post(`/${job}/close`, {})];
    const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await expect.poll(async () => (await database.query(waiting)).rows.length, { timeout: 60_000 }).toBe(2);
    await database.query("COMMIT");
    for (const { status, body: answer } of await Promise.all(closes))
      expect({ status, answer }).toMatchObject({ status: 200, answer: { status: "SUBMITTED", totalInputs: 1 } });
  });
});
