import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

it("guesses are soon refused unchecked, while the key's owner keeps working from the same address", async () => {
  const prefix = server.apiKey.split(".")[0];
  expect((await server.call("GET", "/models/tags")).status).toBe(200);
  const guess = (index: number) =>
    server.call("GET", "/models/tags", undefined, { authorization: `ApiKey ${prefix}.guess-${index}` });
  let seen = 0;
  let refused;
  for (let index = 0; index < 400; index += 10) {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, offset) => guess(index + offset)));
    seen += answers.filter(({ status }) => status === 401).length;
    refused = answers.find(({ status }) => status === 429) ?? refused;
  }
  // Twenty, those of the same moment, and a few more in the seconds that this took.
  expect(seen).toBeLessThan(60);
  expect(refused?.body).toMatchObject({ code: "limits.sign_in", message: expect.stringContaining("127.0.0.1") });
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await server.call("GET", "/models/tags")).status).toBe(200);
});
