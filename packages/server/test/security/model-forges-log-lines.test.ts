import { afterAll, beforeAll, expect, it } from "vitest";
import { startAttackedServer, type AttackedServer } from "../support/hostile-model.js";

let server: AttackedServer;
beforeAll(async () => {
  server = await startAttackedServer();
});
afterAll(() => server?.close());

it("nothing that a model prints is a line of the server's log, or steers the terminal of who reads it", async () => {
  const entry = JSON.stringify({ level: 50, time: 1, msg: "forged" });
  const printed = JSON.stringify(`${entry}\r${entry}\n${entry}\r\n\u001b[2J\u2028${entry}\n`);
  const answer = await server.deploy(`
    for (const stream of [process.stdout, process.stderr]) {
      stream.write("half a line");
      stream.write(${printed});
      stream.write("the end of " + (stream === process.stdout ? "output" : "errors"));
    }
    return "printed";
  `);
  expect(answer).toBe("printed");
  await expect
    .poll(() => server.process.output(), { timeout: 60_000 })
    .toMatch(/end of output[^]*end of errors|end of errors[^]*end of output/);
  const lines = server.process.output().split(/[\n\r\v\f\u0085\u2028\u2029]/);
  const forged = lines.filter((line) => line.includes("forged"));
  expect(forged.length).toBeGreaterThan(0);
  for (const line of forged) expect(line).toMatch(/^model hostile001@1\.0\.0: /);
  expect(server.process.output()).not.toContain("\u001b[2J");
});
