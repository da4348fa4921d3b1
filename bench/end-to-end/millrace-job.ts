import { MillraceClient } from "@millrace/client";
import { access, bucketOf, keyOf, type Workload } from "./workload.js";

type Results = Awaited<ReturnType<MillraceClient["results"]["get"]>>["results"];

/**
 * Runs a workload as one job through the SDK: from the call that submits it to the results in memory, in seconds.
 *
 * @param check what the results are, once the time is taken.
 */
export async function runMillraceJob(
  workload: Workload,
  { baseUrl, apiKey }: { baseUrl: string; apiKey: string },
  check: (results: Results) => void = () => {},
): Promise<number> {
  const client = new MillraceClient({ baseUrl, apiKey });
  const { model, version, dataItem, inputCount } = workload;
  const startedAt = performance.now();
  const sources = Object.fromEntries(
    Array.from({ length: inputCount }, (_, index) => [
      `input-${index}`,
      { [dataItem]: { bucket: bucketOf(workload), key: keyOf(workload, index) } },
    ]),
  );
  const { accessKeyId, secretAccessKey, region } = access;
  const job = await client.jobs.submitAwsS3(model, version, sources, accessKeyId, secretAccessKey, region);
  await client.jobs.waitUntilComplete(job);
  const { results } = await client.results.get(job);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (Object.keys(results).length !== inputCount) throw new Error(`${Object.keys(results).length} results.`);
  check(results);
  return seconds;
}
