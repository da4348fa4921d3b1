import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MillraceClient } from "@millrace/client";
import type { ClassificationOutput } from "@millrace/contract";
import { access } from "../end-to-end/workload.js";
import type { Side } from "./side.js";
import { bucket, keyOf, type Workload } from "./workload.js";

const program = fileURLToPath(new URL("../../packages/cli/bin/millrace.js", import.meta.url));
const startLimitMs = 60_000;

/** `millrace serve` with its embedded PostgreSQL, as it is installed: nothing of this benchmark is in its process. */
export function millraceSide(endpoint: string, profileDirectory: string | undefined): Side {
  return {
    name: "Millrace",
    async start() {
      const directory = await mkdtemp(join(tmpdir(), "millrace-models-"));
      // PostgreSQL refuses to run as root: then another user has to pass through here.
      await chmod(directory, 0o755);
      const apiKey = `bench.${randomBytes(24).toString("hex")}`;
      const port = await freePort();
      const profile = profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
      const child = spawn(
        process.execPath,
        [...profile, program, "serve", "--port", String(port), "--data", join(directory, "data")],
        {
          env: {
            PATH: process.env["PATH"],
            MILLRACE_API_KEY: apiKey,
            AWS_ENDPOINT_URL_S3: endpoint,
            MILLRACE_LOG_LEVEL: "error",
          },
          stdio: ["ignore", "ignore", "inherit"],
        },
      );
      const exit = once(child, "exit");
      const baseUrl = `http://127.0.0.1:${port}`;
      const client = new MillraceClient({ baseUrl, apiKey });
      await untilHealthy(baseUrl);
      return {
        pid: child.pid!,
        async run(workload) {
          const numbers = await classNumbers(workload);
          const { accessKeyId, secretAccessKey, region } = access;
          const startedAt = performance.now();
          const sources = Object.fromEntries(
            Array.from({ length: workload.inputCount }, (_, index) => [
              `input-${index}`,
              { [workload.dataItem]: { bucket, key: keyOf(workload, index) } },
            ]),
          );
          const { model, version } = workload;
          const job = await client.jobs.submitAwsS3(model, version, sources, accessKeyId, secretAccessKey, region);
          await client.jobs.waitUntilComplete(job);
          const { results } = await client.results.get(job);
          const seconds = (performance.now() - startedAt) / 1_000;
          const classes = Array.from({ length: workload.inputCount }, (_, index) => {
            const output = results[`input-${index}`]?.["results.json"] as ClassificationOutput | undefined;
            const best = output?.data.result.classPredictions[0]?.class ?? "";
            const number = numbers.get(best);
            if (number === undefined) throw new Error(`input-${index}: found ${JSON.stringify(output)}.`);
            return number;
          });
          return { seconds, classes };
        },
        async close() {
          child.kill("SIGTERM");
          await exit;
          await rm(directory, { recursive: true, force: true });
        },
      };
    },
  };
}

/** The numbers of the classes in the model's output, by their labels. */
async function classNumbers({ kind, directory }: Workload): Promise<ReadonlyMap<string, number>> {
  const labels =
    kind === "texts"
      ? ["negative", "neutral", "positive"]
      : (await readFile(join(directory, "weights/labels.txt"), "utf8")).trim().split("\n");
  return new Map(labels.map((label, number) => [label, number]));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function untilHealthy(baseUrl: string): Promise<void> {
  const limit = AbortSignal.timeout(startLimitMs);
  for (;;) {
    const isHealthy = await fetch(`${baseUrl}/api/health`, { signal: limit }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isHealthy) return;
    limit.throwIfAborted();
    await delay(50);
  }
}
