// The script that somebody would write instead: no server, no database, nothing kept. In a process of its own.
import { fileURLToPath } from "node:url";
import aws4 from "aws4";
import pLimit from "p-limit";
import { Pool } from "undici";
import { access, bucketOf, keyOf, type Workload } from "./workload.js";

/** How one run goes: `inFlight` 1 is a plain loop. */
export interface HandWrittenTask {
  readonly endpoint: string;
  readonly workload: Workload;
  readonly inFlight: number;
}

type Model = (bytes: Uint8Array) => Promise<unknown>;

// Nobody is left to ask when the benchmark has died.
process.once("disconnect", () => process.exit());
process.on("message", (task: HandWrittenTask) => {
  run(task).then(
    (seconds) => process.send?.(seconds),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run({ endpoint, workload, inFlight }: HandWrittenTask): Promise<number> {
  const { host } = new URL(endpoint);
  const pool = new Pool(endpoint, { connections: inFlight });
  const model = await loadModel(workload);
  const judge = async (key: string) => {
    const path = `/${bucketOf(workload)}/${key}`;
    const { headers } = aws4.sign({ host, path, service: "s3", region: access.region }, access);
    const response = await pool.request({ method: "GET", path, headers: headers as Record<string, string> });
    if (response.statusCode !== 200) throw new Error(`${key}: ${response.statusCode}`);
    return model(new Uint8Array(await response.body.arrayBuffer()));
  };
  const results = new Map<string, unknown>();
  const limit = pLimit(inFlight);
  const judgeAll = (count: number) =>
    limit.map(Array.from({ length: count }), async (_, index) => {
      results.set(`input-${index}`, await judge(keyOf(workload, index)));
    });
  // Compiling and connecting are not what is measured; the other side is warm too.
  await judgeAll(inFlight === 1 ? 100 : 1_000);
  results.clear();
  const startedAt = performance.now();
  await judgeAll(workload.inputCount);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (results.size !== workload.inputCount) throw new Error(`${results.size} results.`);
  await pool.close();
  return seconds;
}

async function loadModel({ model, version }: Workload): Promise<Model> {
  if (model === "c0ffee0000") return (bytes) => Promise.resolve({ sizeBytes: bytes.length });
  const directory = new URL(`../../models/sentiment-analysis/${version}/`, import.meta.url);
  const file = new URL("model.mjs", directory);
  const { load } = (await import(file.href)) as {
    load: (options: {
      directory: string;
    }) => Promise<{ run(batch: { "input.txt": Uint8Array }[]): Promise<unknown[]> }>;
  };
  const loaded = await load({ directory: fileURLToPath(directory) });
  return async (bytes) => (await loaded.run([{ "input.txt": bytes }]))[0];
}
