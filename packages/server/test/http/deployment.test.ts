import type { ModelSummary, ModelTag, ProcessingEngines, ProcessingModel, TaggedModels } from "@millrace/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOp, sentiment, startTestServer, type TestServer } from "../support/test-server.js";

describe("creating a model through the API, as the published Python client does", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server?.close());

  const upload = async (path: string, bytes: string | Uint8Array<ArrayBuffer>) => {
    const form = new FormData();
    form.append("file", new Blob([bytes]), "file");
    const response = await fetch(`${server.url}/api${path}`, {
      method: "POST",
      headers: { authorization: `ApiKey ${server.apiKey}` },
      body: form,
    });
    return { status: response.status, body: (await response.json()) as { message: string } };
  };
  const make = async (name: string) =>
    (await server.call("POST", "/models", { name, version: "0.0.1" })).body.identifier as string;

  it("covers image, metadata, load, test run, samples, picture, activation and a job", async () => {
    const created = await server.call("POST", "/models", { name: "My sentiment", version: "0.0.1" });
    expect([created.status, created.body.isActive]).toEqual([201, false]);
    const model = created.body.identifier as string;
    expect(model).toMatch(/^[a-z0-9]{10}$/);
    const version = `/models/${model}/versions/0.0.1`;
    expect(
      (await server.call("PATCH", `/models/${model}`, { description: "Feelings", tags: ["Text", "Mine"] })).body,
    ).toMatchObject({
      description: "Feelings",
      tags: [{ identifier: "text" }, { identifier: "mine" }],
    });
    const image = {
      registry: {
        url: `millrace/${sentiment.identifier}:${sentiment.version}`,
        username: "me",
        password: "registry-secret",
      },
    };
    expect((await server.call("POST", `${version}/container-image`, image)).status).toBe(200);
    const metadata = {
      requirement: { requirementId: 1 },
      timeout: { run: 600_000, status: 300_000 },
      inputs: [{ name: "input.txt", acceptedMediaTypes: "text/plain", maximumSize: 5_000, description: "a text" }],
      outputs: [{ name: "results.json", mediaType: "application/json", maximumSize: 5_000, description: "classes" }],
      statistics: [{ label: "Accuracy", type: "percentage", value: 0.67, description: "measured" }],
      processing: { minimumParallelCapacity: 0, maximumParallelCapacity: 1 },
      longDescription: "long",
      technicalDetails: "technical",
      performanceSummary: "performance",
    };
    const patched = await server.call("PATCH", version, metadata);
    expect(patched.body).toMatchObject({
      longDescription: "long",
      timeout: metadata.timeout,
      processing: metadata.processing,
      status: "inactive",
      inputs: [{ maximumSize: 5_000 }],
    });
    const poll = (await server.call("GET", `${version}/container-image`)).body;
    expect(poll).toMatchObject({ percentage: 100, loadPercentage: 0, repositoryName: sentiment.identifier });

    const early = await server.call("PATCH", version, { status: "active" });
    expect([early.status, early.body.message]).toEqual([409, expect.stringContaining("load-process")]);
    expect((await server.call("POST", `${version}/load-process`)).status).toBe(200);
    expect((await server.call("GET", `${version}/container-image`)).body.loadPercentage).toBe(100);

    expect((await upload(`${version}/testInput?name=input.txt`, "What a lovely day!")).status).toBe(200);
    expect((await server.call("POST", `${version}/run-process`)).status).toBe(200);
    await expect.poll(async () => (await server.call("GET", `${version}/run-process`)).body.percentage).toBe(100);
    const { result } = (await server.call("GET", `${version}/run-process`)).body;
    for (const field of [
      "status",
      "engine",
      "error",
      "startTime",
      "endTime",
      "updateTime",
      "inputSize",
      "elapsedTime",
      "results.json",
    ])
      expect(result).toHaveProperty([field]);
    expect(result).toMatchObject({ status: "SUCCESSFUL", inputSize: 18 });

    await server.call("PUT", `${version}/sample-input`, { any: "thing" });
    expect((await server.call("GET", `${version}/sample-input`)).body).toEqual({ any: "thing" });
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    expect((await upload(`/models/${model}/image?description=model%20card%20image`, png)).status).toBe(200);
    const { images } = (await server.call("GET", `/models/${model}`)).body;
    expect(images).toMatchObject([{ caption: "model card image" }]);
    expect(
      (
        await fetch(`${server.url}${images[0].url}`, { headers: { authorization: `ApiKey ${server.apiKey}` } })
      ).headers.get("content-type"),
    ).toBe("image/png");

    expect((await server.call("PATCH", version, { status: "active" })).body.isActive).toBe(true);
    const input = { type: "text", sources: { a: { "input.txt": "Terrible, awful, boring." } } };
    const { jobIdentifier } = await server.submit({ model: { identifier: model, version: "0.0.1" }, input });
    expect(await server.waitForEnd(jobIdentifier)).toMatchObject({ completed: 1 });
    const rows = JSON.stringify((await server.call("GET", version)).body);
    expect(rows).not.toContain("registry-secret");
  });

  it("says why it cannot run a container image", async () => {
    const model = await make("A container");
    const version = `/models/${model}/versions/0.0.1`;
    await server.call("POST", `${version}/container-image`, {
      registry: { url: "localhost:1/team/model:1.0" },
    });
    // Depends on whether this machine has a container engine.
    const reason =
      /neither docker nor podman responds.*millrace\/<identifier>:<version>|cannot pull the image localhost:1\/team\/model:1.0/;
    const { status, body } = await server.call("POST", `${version}/load-process`);
    expect([status, body.message]).toEqual([400, expect.stringMatching(reason)]);
    await upload(`${version}/testInput?name=input`, "{}");
    await server.call("POST", `${version}/run-process`);
    await expect
      .poll(async () => (await server.call("GET", `${version}/run-process`)).body.result?.status)
      .toBe("FAILED");
    expect((await server.call("GET", `${version}/run-process`)).body.result.error).toMatch(reason);
  });

  it("treats null as unchanged, and creates a version like the previous one", async () => {
    const model = await make("Nulls");
    await server.call("PATCH", `/models/${model}/versions/0.0.1`, { longDescription: "kept" });
    const nulls = {
      inputs: null,
      outputs: null,
      statistics: null,
      longDescription: null,
      technicalDetails: null,
      performanceSummary: null,
    };
    expect((await server.call("PATCH", `/models/${model}/versions/0.0.1`, nulls)).body.longDescription).toBe("kept");
    const next = await server.call("POST", `/models/${model}/versions`, { version: "0.0.2" });
    expect([next.status, next.body.longDescription]).toEqual([201, "kept"]);
    expect((await server.call("GET", `/models/${model}/versions`)).body).toEqual([
      { version: "0.0.1" },
      { version: "0.0.2" },
    ]);
  });

  it.each<[string, number, RegExp, string, string, object?]>([
    ["a model without a name", 400, /name is required/, "POST", "/models", { version: "1.0.0" }],
    [
      "a version that is not numeric",
      400,
      /version is not valid: found the string "latest"/,
      "POST",
      "/models",
      { name: "x", version: "latest" },
    ],
    [
      "a version that is there already",
      409,
      /already has version 1\.0\.0/,
      "POST",
      `/models/${noOp.identifier}/versions`,
      { version: "1.0.0" },
    ],
    ["a version of an unknown model", 404, /"nosuchmode"/, "POST", "/models/nosuchmode/versions", { version: "1.0.0" }],
    [
      "an unknown version",
      404,
      /"7\.7\.7"/,
      "PATCH",
      `/models/${noOp.identifier}/versions/7.7.7`,
      { longDescription: "x" },
    ],
    [
      "a data item without a name",
      400,
      /inputs\[?.?0?.*name/,
      "PATCH",
      `/models/${noOp.identifier}/versions/1.0.0`,
      { inputs: [{}] },
    ],
    [
      "a status that is none",
      400,
      /status.*"published"/,
      "PATCH",
      `/models/${noOp.identifier}/versions/1.0.0`,
      { status: "published" },
    ],
    [
      "more engines than there is room for",
      409,
      /maximumParallelCapacity is 200/,
      "PATCH",
      `/models/${noOp.identifier}/versions/1.0.0`,
      { processing: { minimumParallelCapacity: 100, maximumParallelCapacity: 200 } },
    ],
    [
      "the same, flat",
      409,
      /maximumParallelCapacity is 200/,
      "PATCH",
      `/models/${noOp.identifier}/versions/1.0.0/processing`,
      { ModelID: "x", Version: "1.0.0", minimumParallelCapacity: 100, maximumParallelCapacity: 200 },
    ],
    [
      "a minimum above the maximum",
      400,
      /larger than/,
      "PATCH",
      `/models/${noOp.identifier}/versions/1.0.0/processing`,
      { minimumParallelCapacity: 2, maximumParallelCapacity: 1 },
    ],
    [
      "an image without a reference",
      400,
      /registry/,
      "POST",
      `/models/${noOp.identifier}/versions/1.0.0/container-image`,
      {},
    ],
    ["a test run without an input", 400, /testInput/, "POST", `/models/${noOp.identifier}/versions/1.0.0/run-process`],
    [
      "a test run that was never started",
      404,
      /run-process/,
      "GET",
      `/models/${noOp.identifier}/versions/1.0.0/run-process`,
    ],
  ])("rejects %s", async (_name, status, message, method, path, body) => {
    const answer = await server.call(method, path, body);
    expect([answer.status, answer.body.message]).toEqual([status, expect.stringMatching(message)]);
  });

  it("rejects an unknown data item, and a file that is not a picture", async () => {
    const item = await upload(`/models/${noOp.identifier}/versions/1.0.0/testInput?name=other`, "x");
    expect([item.status, item.body.message]).toEqual([400, expect.stringMatching(/"other".*"input"/)]);
    const picture = await upload(`/models/${noOp.identifier}/image`, "not a picture");
    expect([picture.status, picture.body.message]).toEqual([400, expect.stringMatching(/not an image/)]);
  });

  it("keeps a minimum of engines loaded, and shows them", async () => {
    const path = `/models/${noOp.identifier}/versions/1.0.0/processing`;
    expect((await server.call("PATCH", path, { minimumParallelCapacity: 1, maximumParallelCapacity: 1 })).status).toBe(
      200,
    );
    expect((await server.call("GET", "/models/processing-engines")).body).toEqual({ minimumProcessingEnginesSum: 1 });
    const ready = async () =>
      (await server.call<ProcessingEngines[]>("GET", "/resources/processing/engines")).body.find(
        (one) => one.identifier === noOp.identifier,
      )?.ready;
    await expect.poll(ready).toBeGreaterThanOrEqual(1);
    const models = (await server.call<ProcessingModel[]>("GET", "/resources/processing/models")).body;
    expect(models.find((one) => one.identifier === noOp.identifier)).toMatchObject({
      engines: [
        {
          name: expect.stringContaining(noOp.identifier),
          ready: true,
          conditions: [{ type: "Ready", status: "True" }],
        },
      ],
      modelDeploymentState: { ready: true },
    });
  });

  it("finds models by tag, and none by an unknown tag", async () => {
    const { body: tags } = await server.call<ModelTag[]>("GET", "/models/tags");
    expect(tags.map((tag) => tag.identifier)).toEqual(expect.arrayContaining(["computer_vision", "sentiment", "text"]));
    const { body } = await server.call<TaggedModels>("GET", "/models/tags/computer_vision,sentiment");
    expect(Object.keys(body)).toEqual(["tags", "models"]);
    expect(body.models.map((model) => model.name)).toEqual(
      expect.arrayContaining(["Image Classification", "Sentiment Analysis"]),
    );
    expect((await server.call("GET", "/models/tags/nothing")).body).toEqual({ tags: [], models: [] });
    const { body: related } = await server.call<ModelSummary[]>(
      "GET",
      `/models/${sentiment.identifier}/related-models`,
    );
    expect(related.map((model) => model.name)).toContain("Language Identification");
  });
});
