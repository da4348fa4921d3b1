import { Agent } from "node:http";
import { GetObjectCommand, S3Client as AwsClient } from "@aws-sdk/client-s3";
import { Pool } from "undici";
import { createS3Client } from "../../packages/server/src/inputs/s3/client.js";
import { createOutbound } from "../../packages/server/src/outbound/outbound.js";
import type { Target } from "./workload.js";

export const clientNames = ["millrace", "@aws-sdk/client-s3", "undici, unsigned"] as const;
export type ClientName = (typeof clientNames)[number];

/** Fetches one whole object into memory and says how many bytes it had. */
export type Fetch = (key: string) => Promise<number>;

/** Each client with as many connections as there are fetches in flight, and otherwise as it comes. */
export function createFetch(name: ClientName, target: Target, inFlight: number): Fetch {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = target;
  const credentials = { accessKeyId, secretAccessKey };
  switch (name) {
    case "millrace": {
      const client = createS3Client({
        outbound: createOutbound({ allowed: "loopback" }),
        endpoint,
        connectionsPerOrigin: inFlight,
      });
      const options = { maximumSizeBytes: 2 ** 30, signal: new AbortController().signal };
      return async (key) => (await client.get({ bucket, key, region, credentials }, options)).byteLength;
    }
    case "@aws-sdk/client-s3": {
      const requestHandler = { httpAgent: new Agent({ keepAlive: true, maxSockets: inFlight }) };
      const client = new AwsClient({ endpoint, region, credentials, forcePathStyle: true, requestHandler });
      return async (key) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return (await Body?.transformToByteArray())?.byteLength ?? 0;
      };
    }
    case "undici, unsigned": {
      const pool = new Pool(endpoint, { connections: inFlight });
      return async (key) => {
        const { body } = await pool.request({ method: "GET", path: `/${bucket}/${key}` });
        return (await body.arrayBuffer()).byteLength;
      };
    }
  }
}
