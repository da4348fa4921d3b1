import { fileURLToPath } from "node:url";
import aws4 from "aws4";
import { Pool } from "undici";
import { access, bucketOf, keyOf, type Workload } from "./workload.js";

type Model = (bytes: Uint8Array) => Promise<unknown>;

/** Fetches one input of a workload and runs the workload's model on it. */
export interface FetchAndRun {
  (workload: Workload, index: number): Promise<unknown>;
  close(): Promise<void>;
}

/** What a hand-written script does per input: a GET signed by aws4 over connections that are kept, then a call of the model. */
export function createFetchAndRun(endpoint: string, connections: number): FetchAndRun {
  const { host } = new URL(endpoint);
  const pool = new Pool(endpoint, { connections });
  const models = new Map<string, Promise<Model>>();
  const modelOf = (workload: Workload) => {
    const known = models.get(workload.model) ?? loadModel(workload);
    models.set(workload.model, known);
    return known;
  };
  const fetchAndRun = async (workload: Workload, index: number) => {
    const key = keyOf(workload, index);
    const path = `/${bucketOf(workload)}/${key}`;
    const { headers } = aws4.sign({ host, path, service: "s3", region: access.region }, access);
    const response = await pool.request({ method: "GET", path, headers: headers as Record<string, string> });
    if (response.statusCode !== 200) throw new Error(`${key}: ${response.statusCode}`);
    const model = await modelOf(workload);
    return model(new Uint8Array(await response.body.arrayBuffer()));
  };
  return Object.assign(fetchAndRun, { close: () => pool.close() });
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
