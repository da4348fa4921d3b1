// More workers, and a million inputs. From the root: npm run build && node --conditions=source --import tsx bench/scale/run.ts [--jobs 100]
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startCluster } from "./cluster.js";
import { benchManyInputs, formatManyInputs } from "./many-inputs.js";
import { benchWorkers, formatWorkers } from "./workers.js";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { jobs: { type: "string", default: "100" } } });
  const cluster = await startCluster();
  try {
    console.log(formatWorkers(await benchWorkers(cluster)));
    console.log(formatManyInputs(await benchManyInputs(cluster, { jobs: Number(values.jobs) })));
  } finally {
    await cluster.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
