import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAzureClient } from "../../src/inputs/sources/azureblob/azure-client.js";
import { createS3Client } from "../../src/inputs/s3/client.js";
import { S3Error } from "../../src/inputs/s3/s3-error.js";
import { startHostileServer, type HostileServer } from "../s3/hostile-server.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";

const options = { maximumSizeBytes: 1_000, signal: new AbortController().signal };

describe("an allowed server cannot redirect this one elsewhere", () => {
  let inside: HostileServer;
  let statusCode = 307;
  let redirecting: HostileServer;
  beforeAll(async () => {
    inside = await startHostileServer(({ socket }) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret"));
    redirecting = await startHostileServer(({ socket, path }) => {
      // Azure's library follows redirects to the same server only.
      const location = path.includes("same") ? `${redirecting.endpoint}/followed` : `${inside.endpoint}/b/k`;
      socket.write(`HTTP/1.1 ${statusCode} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`);
    });
  });
  afterAll(async () => {
    await redirecting?.close();
    await inside?.close();
  });

  it.each([300, 301, 302, 303, 307, 308])("with a redirect %i from a bucket", async (status) => {
    statusCode = status;
    const s3 = createS3Client({ outbound: loopbackOutbound, endpoint: redirecting.endpoint });
    const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
    await expect(s3.get(object, options)).rejects.toThrow(S3Error);
    await s3.close();
    expect(inside.requests).toEqual([]);
  });

  it.each([300, 301, 302, 307, 308])("with a redirect %i from a storage account", async (status) => {
    statusCode = status;
    const azure = createAzureClient({ outbound: loopbackOutbound, endpoint: redirecting.endpoint });
    const access = { storageAccount: "theirs", storageAccountKey: Buffer.from("key").toString("base64") };
    for (const filePath of ["same.txt", "other.txt"])
      await expect(azure.get({ container: "c", filePath }, access, options)).rejects.toThrow(/cannot be read/);
    await azure.close();
    expect(inside.requests).toEqual([]);
    expect(redirecting.requests.filter(({ path }) => path.includes("followed"))).toEqual([]);
  });
});
