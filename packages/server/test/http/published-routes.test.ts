import { afterAll, beforeAll, expect, it } from "vitest";
import { noOp, startTestServer, type TestServer } from "../support/test-server.js";

/** Every route of the published API, also those that no client calls. */
const published = `
POST /jobs | GET /jobs | DELETE /jobs | POST /jobs/{} /{} /{} | POST /jobs/{}/close | GET /jobs/{} | DELETE /jobs/{}
GET /jobs/history | GET /jobs/history/{} | GET /jobs/features | GET /jobs/statistics | GET /jobs/statistics/{}
GET /results/{} | GET /results/{}/{} | GET /results/{}/{}/{} | GET /results/{}/datasource/{}
GET /results/{}/datasource/{}/output/{} | POST /results/{}/upvote/{} | POST /results/{}/downvote/{}
GET /results/{}/vote/{} | DELETE /results/{}/vote/{}
GET /models | POST /models | GET /models/latest | GET /models/{} | PATCH /models/{} | GET /models/all/versions/all
GET /models/{}/versions | POST /models/{}/versions | GET /models/{}/versions/{} | PATCH /models/{}/versions/{}
GET /models/{}/versions/{}/sample-input | GET /models/{}/versions/{}/sample-output
PUT /models/{}/versions/{}/sample-input | PUT /models/{}/versions/{}/sample-output
GET /models/{}/related-models | GET /models/tags | GET /models/tags/{} | GET /models/tags/count
GET /models/processing-engines | PATCH /models/{}/versions/{}/processing | GET /models/requirements/account
POST /models/{}/versions/{}/container-image | GET /models/{}/versions/{}/container-image
POST /models/{}/versions/{}/load-process | POST /models/{}/versions/{}/testInput
POST /models/{}/versions/{}/run-process | GET /models/{}/versions/{}/run-process | POST /models/{}/image
GET /resources/processing/engines | GET /resources/processing/models
GET /accounting/entitlements | GET /accounting/users | POST /accounting/users/search | GET /accounting/teams
GET /accounting/projects | GET /accounting/projects/{} | GET /accounting/accounts | GET /accounting/accounts/{}
POST /accounting/accounts/{}/users | PUT /accounting/access-keys/{}/roles | GET /license
GET /notifications/alerts | GET /notifications/alerts/{}
GET /metrics/data-processed | GET /metrics/predictions-made | GET /metrics/active-users | GET /metrics/active-models
GET /metrics/prometheus/{} | POST /inferences | GET /inferences/{}
`
  .split(/[|\n]/)
  .map((line) => line.trim().replaceAll(" /", "/").replace("/", " /"))
  .filter((line) => line !== "");

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

it("no route of the published API falls into a parametric route of ours", async () => {
  const { body } = await server.call("GET", "/openapi.json");
  const own = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
    Object.keys(operations).map(
      (method) => `${method.toUpperCase()} ${path.replace(/^\/api/, "").replaceAll(/\{[^}]*\}/g, "{}")}`,
    ),
  );
  const matches = (pattern: string, route: string) => {
    const [wanted, given] = [pattern.split("/"), route.split("/")];
    return wanted.length === given.length && wanted.every((part, index) => part === "{}" || part === given[index]);
  };
  const swallowed = published
    .filter((route) => !own.includes(route))
    .flatMap((route) => own.filter((pattern) => matches(pattern, route)).map((pattern) => `${route} by ${pattern}`));
  expect(swallowed).toEqual([]);
  // Those that are not there at all.
  expect(published.filter((route) => !own.includes(route))).toEqual(["POST /inferences", "GET /inferences/{}"]);
});

it("tags are counted by their models", async () => {
  const { status, body } = await server.call("GET", "/models/tags/count");
  const tags = (await server.call("GET", "/models/tags")).body as object[];
  expect([status, body.length]).toEqual([200, tags.length]);
  const counts = (body as { count: number }[]).map(({ count }) => count);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  const [{ identifier, count }] = body;
  expect((await server.call("GET", `/models/tags/${identifier}`)).body.models).toHaveLength(count);
});

it("versions of a model are filtered and paged", async () => {
  const list = async (query: string) => {
    const { status, body, headers } = await server.call("GET", `/models/${noOp.identifier}/versions${query}`);
    return [status, body, headers.get("x-total-count")];
  };
  const all = [{ version: "1.0.0" }];
  expect(await list("")).toEqual([200, all, null]);
  expect(await list("?page=1&per-page=10&status=active&isActive=TRUE&version=1.0.0")).toEqual([200, all, "1"]);
  expect(await list("?page=2")).toEqual([200, [], "1"]);
  for (const query of ["status=inactive", "isActive=false", "version=2.0.0", "createdAt=2100-01-01T00:00:00Z"])
    expect(await list(`?${query}`)).toEqual([200, [], null]);
});
