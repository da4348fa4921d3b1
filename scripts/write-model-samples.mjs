// Runs samples/input.json of every bundled model through a real server and writes the results to samples/output.json.
// From the root, after `npm run build`: node scripts/write-model-samples.mjs [model/version ...]
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "@millrace/server";

const models = fileURLToPath(new URL("../models", import.meta.url));
const wanted = process.argv.slice(2);
const dataDirectory = await mkdtemp(join(tmpdir(), "millrace-samples-"));
const apiKey = "samples.only-for-this-run";
const server = await startServer({ dataDirectory, port: 0, apiKey, logLevel: "error" });
const call = async (method, path, body) => {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { authorization: `ApiKey ${apiKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
};

try {
  for (const file of (await readdir(models, { recursive: true }))
    .filter((name) => name.endsWith("samples/input.json"))
    .sort()) {
    if (wanted.length > 0 && !wanted.some((name) => file.startsWith(`${name}/`))) continue;
    const { jobIdentifier } = await call("POST", "/jobs", await readFile(join(models, file), "utf8"));
    let results;
    do {
      await new Promise((resolve) => setTimeout(resolve, 50));
      results = await call("GET", `/results/${jobIdentifier}`);
    } while (!results.finished);
    if (results.failed > 0) throw new Error(`${file}: ${JSON.stringify(results.failures)}`);
    await writeFile(join(models, file.replace(/input\.json$/, "output.json")), `${JSON.stringify(results, null, 2)}\n`);
    console.log(file, "ok");
  }
} finally {
  await server.close();
  await rm(dataDirectory, { recursive: true, force: true });
}
