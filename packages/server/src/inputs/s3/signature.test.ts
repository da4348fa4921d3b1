import { createHash, createHmac } from "node:crypto";
import { GetObjectCommand, S3Client as AwsClient } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { addressOf } from "./address.js";
import type { S3Credentials } from "./object.js";
import { authorizationOf, emptyBodySha256, signedHeaders } from "./signature.js";
import { createSigningKey } from "./signing-key.js";

const now = new Date("2026-02-03T04:05:06.789Z");

test("the signature agrees with Amazon's published examples", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  const credentials = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  };
  const signatureOf = (path: string, range?: string) => {
    const headers = {
      host: "examplebucket.s3.amazonaws.com",
      ...(range === undefined ? {} : { range }),
      "x-amz-content-sha256": emptyBodySha256,
      "x-amz-date": "20130524T000000Z",
    };
    return authorizationOf(path, headers, "us-east-1", credentials).split("Signature=")[1];
  };
  expect(signatureOf("/test.txt", "bytes=0-9")).toBe(
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  );
  expect(signatureOf("/?lifecycle=")).toBe("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  expect(signatureOf("/?max-keys=2&prefix=J")).toBe("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
});

test("a key of any length signs as HMAC does", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary-ascii", maxLength: 300 }), (key, text) => {
      expect(createSigningKey(key).sign(text)).toBe(createHmac("sha256", key).update(text).digest("hex"));
    }),
  );
});

const keys = fc
  .oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(...Array.from(" +?#%&=/.~!'()*\\:@$,;äß日😀aZ0_-")),
      minLength: 1,
      maxLength: 20,
    }),
  )
  .filter((key) => key !== "/");
const secrets = fc.string({ unit: fc.constantFrom(...Array.from("ABCabc019+/")), minLength: 1, maxLength: 40 });

test("every signature matches Amazon's signer", async () => {
  const regions = fc.constantFrom("us-east-1", "eu-west-1", "cn-north-1");
  const endpoints = fc.constantFrom(undefined, "http://127.0.0.1:9000", "https://store.example/base");
  const tokens = fc.option(secrets, { nil: undefined });
  const versions = fc.option(keys, { nil: undefined });
  await fc.assert(
    fc.asyncProperty(
      keys,
      regions,
      endpoints,
      secrets,
      tokens,
      versions,
      async (key, region, endpoint, secret, token, version) => {
        const credentials = { accessKeyId: "AKIA", secretAccessKey: secret, ...(token && { sessionToken: token }) };
        const object = {
          bucket: "some-bucket",
          key,
          region,
          credentials,
          isPaidByRequester: version !== undefined,
          ...(version !== undefined && { versionId: version }),
        };
        const address = addressOf(object, region, endpoint);
        const headers = signedHeaders(address, region, object, now);
        expect(headers["x-amz-request-payer"]).toBe(version === undefined ? undefined : "requester");
        expect(headers["authorization"]).toBe(await amazonsAuthorization(address, region, headers, credentials));
      },
    ),
    { numRuns: 500 },
  );
});

const aws = new AwsClient({ region: "eu-west-1", credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" } });
afterAll(() => aws.destroy());

test("every path and host matches Amazon's client", async () => {
  let asked = { hostname: "", path: "" };
  aws.middlewareStack.add(
    () => (call) => {
      asked = call.request as typeof asked;
      return Promise.reject(new Error("Only the request is wanted."));
    },
    { step: "finalizeRequest", priority: "low" },
  );
  const buckets = fc.constantFrom("some-bucket", "dotted.bucket");
  await fc.assert(
    // Our callers' leading slash is dropped, Amazon's client keeps it.
    fc.asyncProperty(
      buckets,
      keys.filter((key) => !key.startsWith("/")),
      async (bucket, key) => {
        await aws.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch(() => undefined);
        const { host, path } = addressOf(
          { bucket, key, region: "eu-west-1", credentials: null },
          "eu-west-1",
          undefined,
        );
        expect({ host, path }).toEqual({ host: asked.hostname, path: asked.path });
      },
    ),
    { numRuns: 300 },
  );
});

test("without credentials nothing is signed", () => {
  const address = { origin: "http://store.example", host: "store.example", path: "/b/k" };
  expect(signedHeaders(address, "us-east-1", { credentials: null }, now)).toEqual({
    host: "store.example",
    "x-amz-checksum-mode": "ENABLED",
  });
});

async function amazonsAuthorization(
  address: { host: string; path: string },
  region: string,
  signedByUs: Record<string, string>,
  credentials: S3Credentials,
): Promise<string | undefined> {
  const signer = new SignatureV4({ service: "s3", region, credentials, sha256: Sha256, uriEscapePath: false });
  const headers = Object.fromEntries(Object.entries(signedByUs).filter(([name]) => name !== "authorization"));
  const [hostname = "", port] = address.host.split(":");
  const [path = "", query] = address.path.split("?");
  const version = query?.replace(/^versionId=/, "");
  const url = {
    protocol: "https:",
    hostname,
    path,
    ...(version !== undefined && { query: { versionId: decodeURIComponent(version) } }),
    ...(port !== undefined && { port: Number(port) }),
  };
  const signed = await signer.sign({ method: "GET", headers, ...url }, { signingDate: now });
  return signed.headers["authorization"];
}

/** SHA-256, or HMAC with it when there is a key, in the shape that Amazon's signer wants. */
class Sha256 {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", key as Uint8Array);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {}
}
