import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModelsDirectory, type ModelsDirectory } from "../support/models-directory.js";
import { headOf, openRaw } from "../support/raw-connection.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

describe("a browser renders nothing from models or callers in this origin", () => {
  let directory: ModelsDirectory;
  let server: TestServer;
  let job: string;
  const outputs = {
    "page.html": "text/html",
    "drawing.svg": "image/svg+xml",
    "document.xml": "application/xml",
    "Überblick (1).txt": "text/plain",
  };
  beforeAll(async () => {
    const declared = Object.entries(outputs).map(([name, type]) => `"${name}": { mediaType: ${type}, maxSize: 1M }`);
    const bytes = "Buffer.from('<script>alert(1)</script>')";
    directory = await createModelsDirectory(
      `{ ${declared.join(", ")} }`,
      `() => ({ ${Object.keys(outputs)
        .map((name) => `'${name}': ${bytes}`)
        .join(", ")} })`,
    );
    server = await startTestServer({ modelsDirectory: directory.path });
    const input = { type: "text", sources: { a: { input: "x" } } };
    job = (await server.submit({ model: directory.model, input })).jobIdentifier;
    expect((await server.waitForEnd(job)).completed).toBe(1);
  });
  afterAll(async () => {
    await server?.close();
    await directory?.remove();
  });

  it.each(Object.keys(outputs))("the output %s is downloaded, and sandboxed if it is rendered", async (name) => {
    const { status, headers } = await server.call("GET", `/results/${job}/a/${encodeURIComponent(name)}`);
    expect(status).toBe(200);
    const [disposition = "", fileName = ""] = headers.get("content-disposition")?.split("; filename*=UTF-8''") ?? [];
    expect([disposition, decodeURIComponent(fileName)]).toEqual(["attachment", name]);
    // RFC 8187: nothing in it ends the value or begins another parameter.
    expect(fileName).toMatch(/^[\w%.-]+$/);
    expect(headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'; base-uri 'none'/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("a media type with a line break is not sent and cannot be declared", async () => {
    const { identifier, version } = directory.model;
    const { Client } = (await import("pg")).default;
    const database = new Client(server.databaseUrl);
    await database.connect();
    await database.query(
      "UPDATE millrace.outputs SET media_type = E'text/html\\r\\nset-cookie: a=b' WHERE name = 'page.html'",
    );
    await database.end();
    const { status, headers } = await server.call("GET", `/results/${job}/a/page.html`);
    expect([status, headers.get("content-type"), headers.get("set-cookie")]).toEqual([
      200,
      "application/octet-stream",
      null,
    ]);
    const change = { outputs: [{ name: "page.html", mediaType: "text/html\r\nset-cookie: a=b" }] };
    const refused = await server.call("PATCH", `/models/${identifier}/versions/${version}`, change);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining("mediaType")]);
  });

  it.each([
    ["a result", () => `/results/${job}`],
    ["an error", () => "/nothing"],
    ["an address that is none", () => "/jobs/%ff"],
  ])("%s has the security headers", async (_name, path) => {
    const { headers } = await server.call("GET", path());
    expectSecure(headers);
  });

  it("nor does it keep what the next person at that browser is not to see", async () => {
    for (const path of [`/results/${job}`, `/results/${job}/a/page.html`, "/accounting/access-keys", "/nothing"])
      expect((await server.call("GET", path)).headers.get("cache-control")).toBe("no-store");
  });

  it("responses to malformed HTTP have the headers", async () => {
    const { received } = openRaw(server, headOf(server, "GET", "/ /", {}));
    const [head = ""] = (await received).split("\r\n\r\n");
    const fields = head
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(": ") as [string, string]);
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    expectSecure(new Headers(fields));
  });

  it("the documentation page runs only scripts of its own origin", async () => {
    const response = await fetch(`${server.url}/api/docs`);
    expectSecure(response.headers);
    expect(response.headers.get("content-security-policy")).toMatch(/script-src 'self'(;|$)/);
    const page = await response.text();
    const scripts = [...page.matchAll(/<script\b([^>]*)>([^<]*)/g)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [, attributes, text] of scripts) {
      const source = /src="([^"]+)"/.exec(attributes ?? "")?.[1] ?? "";
      expect([text?.trim(), source]).toEqual(["", expect.stringMatching(/^\.?\/?[^:]+$/)]);
      expect((await fetch(new URL(source, `${server.url}/api/docs/`))).status).toBe(200);
    }
  });
});

function expectSecure(headers: Headers): void {
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
}
