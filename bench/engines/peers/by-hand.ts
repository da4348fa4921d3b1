// The script that keeps nothing: what all the others can at most reach with one process.
import pLimit from "p-limit";
import { createFetchAndRun } from "../../end-to-end/fetch-and-run.js";
import { bucketConnections, servePeer } from "../peer.js";

servePeer(async ({ endpoint }) => {
  const fetchAndRun = createFetchAndRun(endpoint, bucketConnections);
  return {
    storeVersion: "",
    async run(workload) {
      const results = new Map<string, unknown>();
      await pLimit(bucketConnections).map(Array.from({ length: workload.inputCount }), async (_, index) => {
        results.set(`input-${index}`, await fetchAndRun(workload, index));
      });
      return results;
    },
    close: () => fetchAndRun.close(),
  };
});
