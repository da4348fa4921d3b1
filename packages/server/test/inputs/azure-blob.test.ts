import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";
import { account, startAzurite } from "./azurite.js";

describe("blobs of an Azure storage account", () => {
  let azurite: Awaited<ReturnType<typeof startAzurite>>;
  let server: TestServer;
  beforeAll(async () => {
    azurite = await startAzurite();
    server = await startTestServer({ azureEndpoint: azurite.endpoint });
    const credential = new StorageSharedKeyCredential(account.name, account.key);
    const service = new BlobServiceClient(`${azurite.endpoint}/${account.name}`, credential);
    const container = service.getContainerClient("reviews");
    await container.create();
    const put = (path: string, body: string) =>
      container.getBlockBlobClient(path).upload(body, Buffer.byteLength(body));
    await put("2024/grüß dich.txt", "four");
    await put("large.txt", "x".repeat(2 ** 20 + 1));
  });
  afterAll(async () => {
    await server?.close();
    await azurite?.close();
  });

  const at = (container: string, filePath: string) => ({ container, filePath });
  const run = async (sources: Record<string, object>, key = account.key, model = noOp, item = "input") => {
    const input = {
      type: "azureblob",
      storageAccount: account.name,
      storageAccountKey: key,
      sources: Object.fromEntries(Object.entries(sources).map(([name, location]) => [name, { [item]: location }])),
    };
    const { jobIdentifier } = await server.submit({ model, input });
    expect((await server.waitForEnd(jobIdentifier)).status).toBe("COMPLETED");
    const results = await server.results(jobIdentifier);
    expect(JSON.stringify(results)).not.toContain(key);
    return results;
  };

  it("are fetched; one that is missing fails alone", async () => {
    const { results, failures } = await run({
      one: at("reviews", "2024/grüß dich.txt"),
      slash: at("reviews", "/2024/grüß dich.txt"),
      "no blob": at("reviews", "nothing.txt"),
      "no container": at("nowhere", "nothing.txt"),
    });
    expect(results["one"]?.["results.json"]).toMatchObject({ sizeBytes: 4 });
    expect(results["slash"]?.["results.json"]).toMatchObject({ sizeBytes: 4 });
    expect(failures["no blob"]?.error).toMatch(
      /"nothing\.txt" in container "reviews".*BlobNotFound.*check filePath\.$/,
    );
    expect(failures["no container"]?.error).toMatch(/ContainerNotFound.*check container\.$/);
    expect([failures["no blob"]?.code, failures["no container"]?.code]).toEqual([
      "azure.no_such_blob",
      "azure.no_such_container",
    ]);
  });

  it("that are too large are rejected before they are read", async () => {
    const { failures } = await run({ large: at("reviews", "large.txt") }, account.key, sentiment, "input.txt");
    expect(failures["large"]?.error).toMatch(/"large\.txt".*larger than the \d+ bytes/);
    expect(failures["large"]?.code).toBe("input.too_large");
  });

  it("with a wrong key fail with what to check, without revealing the key", async () => {
    const wrong = Buffer.from("wrong-secret-key").toString("base64");
    const { failures } = await run({ one: at("reviews", "2024/grüß dich.txt") }, wrong);
    expect(failures["one"]?.error).toMatch(/Auth\w+\): (check storageAccount|allow this key)/);
  });

  it("in a flat source are rejected with the expected form", async () => {
    const input = {
      type: "azureblob",
      storageAccount: "account",
      storageAccountKey: "a2V5",
      sources: { one: at("c", "f") },
    };
    const { status, body } = await server.call("POST", "/jobs", { model: noOp, input });
    expect([status, body.message]).toEqual([400, expect.stringContaining('{"container": ..., "filePath": ...}')]);
  });
});
