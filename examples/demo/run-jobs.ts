import { basename } from "node:path/posix";
import { MillraceClient, type JobProgress } from "@millrace/client";
import type { InputFailure, InputResult } from "@millrace/contract";

/** Addresses of the server and the files, and the credentials to read them. */
export interface JobSurroundings {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly signal: AbortSignal;
}

export interface JobOutcome {
  readonly results: Record<string, InputResult>;
  readonly failures: Record<string, InputFailure>;
}

export type OnProgress = (progress: JobProgress) => void;

/** Runs the sentiment model over texts in the bucket, plus two inputs that are wrong on purpose. */
export async function analyseSentiment(
  { baseUrl, apiKey, bucket, accessKeyId, secretAccessKey, region, signal }: JobSurroundings,
  keys: readonly string[],
  onProgress: OnProgress,
): Promise<JobOutcome> {
  // #region shown at the end of the demo
  const client = new MillraceClient({ baseUrl, apiKey });
  const sources = {
    ...Object.fromEntries(keys.map((key) => [basename(key), { "input.txt": { bucket, key } }])),
    "a missing file": { "input.txt": { bucket, key: "no-such-text.txt" } },
    "a wrong bucket": { "input.txt": { bucket: "no-such-bucket", key: "some-text.txt" } },
  };
  const [model, version] = ["ed542963de", "0.0.27"];
  const credentials = [accessKeyId, secretAccessKey] as const;
  const job = await client.jobs.submitAwsS3(model, version, sources, ...credentials, region, false, { signal });
  await client.jobs.waitUntilComplete(job, { onProgress, signal });
  const { results, failures } = await client.results.get(job, { signal });
  // #endregion
  return { results, failures };
}

/** Runs the image model over photographs in the bucket. */
export async function classifyImages(
  { baseUrl, apiKey, bucket, accessKeyId, secretAccessKey, region, signal }: JobSurroundings,
  keys: readonly string[],
  onProgress: OnProgress,
): Promise<JobOutcome> {
  const client = new MillraceClient({ baseUrl, apiKey });
  const sources = Object.fromEntries(keys.map((key) => [basename(key), { image: { bucket, key } }]));
  const credentials = [accessKeyId, secretAccessKey] as const;
  const job = await client.jobs.submitAwsS3("a1c7e0b254", "1.0.0", sources, ...credentials, region, false, { signal });
  await client.jobs.waitUntilComplete(job, { onProgress, signal });
  return client.results.get(job, { signal });
}
