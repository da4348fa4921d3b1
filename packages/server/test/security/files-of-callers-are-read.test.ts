import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { noOp, startTestServer } from "../support/test-server.js";

it("no other user of the machine can read inputs or outputs", async () => {
  const server = await startTestServer();
  try {
    const { jobIdentifier } = await server.submit({ model: noOp });
    const upload = new FormData();
    upload.set("input", new Blob(["a secret"]), "input");
    const sent = await fetch(`${server.url}/api/jobs/${jobIdentifier}/one/input`, {
      method: "POST",
      headers: { authorization: `ApiKey ${server.apiKey}` },
      body: upload,
    });
    expect(sent.status).toBeLessThan(300);
    await server.call("POST", `/jobs/${jobIdentifier}/close`);
    expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ completed: 1 });
    const paths = readdirSync(server.dataDirectory, { recursive: true, encoding: "utf8" })
      // An engine runs as a user of its own, and reads the files of its model.
      .filter((path) => !path.startsWith("deployed-models"));
    expect(paths.filter((path) => path.includes("uploads")).length).toBeGreaterThan(1);
    const readable = paths.filter((path) => (statSync(join(server.dataDirectory, path)).mode & 0o077) !== 0);
    expect(readable).toEqual([]);
  } finally {
    await server.close();
  }
});
