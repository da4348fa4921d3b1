import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { JobResults } from "@millrace/contract";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModelsDirectory, type ModelsDirectory } from "../support/models-directory.js";
import { hasNginx, startNginx, type Nginx } from "../support/nginx.js";
import { startTestServer, type TestServer } from "../support/test-server.js";

const certificate = await readFile(fileURLToPath(new URL("../fixtures/tls-1.cert.pem", import.meta.url)));

const forwarded = `proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-For $remote_addr;`;

it.skipIf(hasNginx)("nginx is not installed: Millrace is not tested behind it", () => {
  expect(hasNginx).toBe(false);
});

describe.skipIf(!hasNginx)("behind nginx with TLS and a path", () => {
  let models: ModelsDirectory;
  let nginx: Nginx;
  let server: TestServer;
  let publicServer: TestServer;
  const agent = new Agent({ connect: { ca: certificate } });

  beforeAll(async () => {
    // Too large for a JSON body: its address is given instead.
    models = await createModelsDirectory(
      `{ big.json: { mediaType: application/json, maxSize: 2M } }`,
      `(text) => ({ "big.json": Buffer.from(JSON.stringify({ text, filler: "x".repeat(400000) })) })`,
    );
    server = await startTestServer({ modelsDirectory: models.path, trustedProxies: ["127.0.0.1"] });
    // The port of nginx is known only once it runs, and does not matter for what the server writes.
    publicServer = await startTestServer({ modelsDirectory: models.path, publicUrl: "https://public.example/kept/" });
    nginx = await startNginx(`
      location /full/ { proxy_pass ${server.url}/; proxy_set_header X-Forwarded-Prefix /full; ${forwarded} }
      location /kept/ { proxy_pass ${publicServer.url}; }
      location /taken/ { proxy_pass ${publicServer.url}/; }`);
  });
  afterAll(async () => {
    await nginx?.close();
    await agent.close();
    await Promise.all([server?.close(), publicServer?.close(), models?.remove()]);
  });

  const get = async (url: string, { apiKey }: TestServer = server) => {
    const headers = { authorization: `ApiKey ${apiKey}` };
    const { statusCode, headers: answered, body } = await request(url, { headers, dispatcher: agent });
    return { statusCode, headers: answered, text: await body.text() };
  };
  const jobOf = async (own: TestServer) => {
    const { identifier, version } = models.model;
    const input = { type: "text", sources: { a: { input: "x" }, b: { input: "y" } } };
    const { jobIdentifier } = await own.submit({ model: { identifier, version }, input });
    await own.waitForEnd(jobIdentifier);
    return jobIdentifier;
  };
  const outputOf = (text: string) => String((JSON.parse(text) as JobResults).results["a"]?.["big.json"]);

  it("addresses of outputs and pages are the caller's, by the headers of a trusted proxy", async () => {
    const job = await jobOf(server);
    const { text, headers } = await get(`${nginx.url}/full/api/results/${job}?page=1&per-page=1`);
    const output = outputOf(text);
    expect(output).toBe(`${nginx.url}/full/api/results/${job}/datasource/a/output/big.json`);
    expect(JSON.parse((await get(output)).text)).toMatchObject({ text: "x" });
    const next = /<(.*?)>/.exec(String(headers["link"]))?.[1] ?? "";
    expect(next).toBe(`${nginx.url}/full/api/results/${job}?page=2&per-page=1`);
    expect(Object.keys((JSON.parse((await get(next)).text) as JobResults).results)).toEqual(["b"]);
  });

  it.each(["kept", "taken"])("start with the public URL, and its path may be %s", async (location) => {
    const job = await jobOf(publicServer);
    const { text, headers } = await get(`${nginx.url}/${location}/api/results/${job}?page=1&per-page=1`, publicServer);
    const base = `https://public.example/kept/api/results/${job}`;
    expect([outputOf(text), headers["link"]]).toEqual([
      `${base}/datasource/a/output/big.json`,
      `<${base}?page=2&per-page=1>; rel="next"`,
    ]);
  });

  it("names with slashes and dots reach the server as they are where nginx keeps the path", async () => {
    const { identifier, version } = models.model;
    const names = ["a/b", "a//b", "a/./b", "a/../b", "%2F", "100%"];
    const sources = Object.fromEntries(names.map((name) => [name, { input: name }]));
    const job = await publicServer.submit({ model: { identifier, version }, input: { type: "text", sources } });
    await publicServer.waitForEnd(job.jobIdentifier);
    const { text } = await get(`${nginx.url}/kept/api/results/${job.jobIdentifier}`, publicServer);
    const { results } = JSON.parse(text) as JobResults;
    for (const name of names) {
      const output = String(results[name]?.["big.json"]).replace("https://public.example", nginx.url);
      expect(JSON.parse((await get(output, publicServer)).text)).toMatchObject({ text: name });
    }
  });

  it.each(["full", "kept"])(
    "the documentation finds its files below /%s without a slash at its end",
    async (location) => {
      const first = await get(`${nginx.url}/${location}/api/docs`);
      expect(first.statusCode).toBe(302);
      const page = new URL(String(first.headers["location"]), `${nginx.url}/${location}/api/docs`).href;
      const { statusCode, text } = await get(page);
      expect(statusCode).toBe(200);
      const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = ""]) => new URL(file, page).href);
      expect(files.length).toBeGreaterThan(4);
      expect(files.every((file) => file.startsWith(`${nginx.url}/${location}/api/docs/`))).toBe(true);
      for (const file of [...files, `${nginx.url}/${location}/api/docs/json`])
        expect((await get(file)).statusCode).toBe(200);
      const { servers } = JSON.parse((await get(`${nginx.url}/${location}/api/docs/json`)).text) as {
        servers: object[];
      };
      expect(servers).toEqual([{ url: location === "full" ? `${nginx.url}/full` : "https://public.example/kept" }]);
    },
  );
});
