import { afterEach } from "vitest";
import { createS3Client, type S3Client, type S3ClientOptions } from "../../src/inputs/s3/client.js";
import type { FetchOptions } from "../../src/inputs/s3/download.js";
import type { S3Object } from "../../src/inputs/s3/object.js";
import { S3Error } from "../../src/inputs/s3/s3-error.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";
import { type HostileServer, startHostileServer, type WireRequest } from "./hostile-server.js";

export const secretCredentials = { accessKeyId: "AKIASECRETID", secretAccessKey: "the-secret-of-the-test" };

export interface Fixture {
  readonly server: HostileServer;
  readonly client: S3Client;
  readonly get: (change?: Partial<S3Object>, options?: Partial<FetchOptions>) => Promise<Uint8Array>;
  /** The error of a fetch that must fail. */
  readonly refusal: (change?: Partial<S3Object>, options?: Partial<FetchOptions>) => Promise<S3Error>;
}

/** Starts a client and a server that answers as told; both end after the test. */
export async function startFixture(
  respond: (request: WireRequest) => void,
  clientOptions: Partial<S3ClientOptions> = {},
): Promise<Fixture> {
  const server = await startHostileServer(respond);
  const client = createS3Client({ outbound: loopbackOutbound, endpoint: server.endpoint, ...clientOptions });
  closers.push(async () => {
    await client.close();
    await server.close();
  });
  const get: Fixture["get"] = (change = {}, options = {}) =>
    client.get(
      { bucket: "some-bucket", key: "a/b.txt", region: "us-east-1", credentials: secretCredentials, ...change },
      { maximumSizeBytes: 2 ** 20, signal: new AbortController().signal, ...options },
    );
  return { server, client, get, refusal: (change, options) => refusalOf(get(change, options)) };
}

/** The S3Error that a fetch rejects with; anything else fails the test. */
export async function refusalOf(fetching: Promise<Uint8Array>): Promise<S3Error> {
  const error = await fetching.then(
    () => new Error("It was served."),
    (reason: unknown) => reason,
  );
  if (!(error instanceof S3Error)) throw error;
  return error;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
