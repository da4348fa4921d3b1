/** What the OpenAPI document says of a route beside its schema. */
export interface Operation {
  /** Generated clients name their methods by it: `resource_method`, as in the SDK where it has the method. Never changes. */
  readonly id: string;
  /** A JSON body that the route accepts. */
  readonly body?: unknown;
}

const sentiment = { identifier: "ed542963de", version: "1.0.1" };
const text = { type: "text", sources: { "my-input": { "input.txt": "What a wonderful day." } } };
const credentials = {
  accessKeyID: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/EXAMPLEKEY",
  region: "us-east-1",
};

/** Path parameters with values that the documentation shows. */
export const parameterExamples: ReadonlyMap<string, string> = new Map([
  ["job", "0b6f7e3c-5f0e-4c53-9d4d-2f1a8f6f3c11"],
  ["input", "my-input"],
  ["dataItem", "input.txt"],
  ["output", "results.json"],
  ["model", "ed542963de"],
  ["version", "1.0.1"],
  ["tags", "text,image"],
  ["sequence", "1"],
  ["accessKey", "abcdefghijkl"],
  ["prefix", "abcdefghijkl"],
  ["account", "3f2d6c1e-9a57-4d0b-8f43-6a1f5f0c9b27"],
  ["team", "a194bddf-e0b2-44f7-b97c-ce5532f3bc0e"],
  ["user", "f5669e05-4d4e-4d8a-95ed-201946d57d13"],
  ["project", "5a1d3c52-7b0a-4f11-a7f4-0a9f5b0f2a44"],
  ["webhook", "9c0d8a0b-61b5-4a4c-8a6e-0d2f3a7be412"],
  ["metric", "cpu-used"],
  ["type", "JOB_STUCK"],
]);

/** The operation of each route below `/api`. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({
    "GET /health": { id: "health_check" },

    "POST /jobs": { id: "jobs_submit", body: { model: sentiment, explain: true, input: text } },
    "GET /jobs": { id: "jobs_list" },
    "DELETE /jobs": { id: "jobs_cancelAll" },
    "GET /jobs/features": { id: "jobs_features" },
    "GET /jobs/history": { id: "jobs_history" },
    "GET /jobs/history/:job": { id: "jobs_historyOf" },
    "GET /jobs/statistics": { id: "jobs_statistics" },
    "GET /jobs/statistics/:accessKey": { id: "jobs_statisticsOfKey" },
    "GET /jobs/:job": { id: "jobs_get" },
    "DELETE /jobs/:job": { id: "jobs_cancel" },
    "GET /jobs/:job/events": { id: "jobs_events" },
    "POST /jobs/:job/close": { id: "jobs_close" },
    "POST /jobs/:job/pause": { id: "jobs_pause" },
    "POST /jobs/:job/resume": { id: "jobs_resume" },
    "POST /jobs/:job/priority": { id: "jobs_setPriority", body: { priority: 5 } },
    "POST /jobs/:job/retry": { id: "jobs_retryFailed", body: { input: credentials } },
    "POST /jobs/:job/:input/:dataItem": { id: "jobs_append" },

    "GET /results/:job": { id: "results_get" },
    "GET /results/:job/:input": { id: "results_ofInput" },
    "GET /results/:job/:input/:output": { id: "results_output" },
    "GET /results/:job/datasource/:input": { id: "results_ofNamedInput" },
    "GET /results/:job/datasource/:input/output/:output": { id: "results_outputOfNamedInput" },
    "GET /results/:job/vote/:input": { id: "results_vote" },
    "POST /results/:job/upvote/:input": { id: "results_upvote" },
    "POST /results/:job/downvote/:input": { id: "results_downvote" },
    "DELETE /results/:job/vote/:input": { id: "results_removeVote" },

    "GET /models": { id: "models_list" },
    "POST /models": { id: "models_create", body: { name: "Question or Statement", version: "1.0.0" } },
    "POST /models/archive": { id: "models_deploy" },
    "GET /models/latest": { id: "models_latest" },
    "GET /models/all/versions/all": { id: "models_allVersions" },
    "GET /models/tags": { id: "models_tags" },
    "GET /models/tags/count": { id: "models_countByTag" },
    "GET /models/tags/:tags": { id: "models_ofTags" },
    "GET /models/requirements/account": { id: "models_requirements" },
    "GET /models/processing-engines": { id: "models_minimumEngines" },
    "GET /models/:model": { id: "models_get" },
    "PATCH /models/:model": {
      id: "models_update",
      body: { description: "Says whether a text asks or tells.", tags: ["Text"] },
    },
    "POST /models/:model/image": { id: "models_addImage" },
    "GET /models/:model/image/:sequence": { id: "models_image" },
    "GET /models/:model/related-models": { id: "models_related" },
    "GET /models/:model/visibility": { id: "models_visibility" },
    "PUT /models/:model/visibility": { id: "models_setVisibility", body: { visibility: "private" } },
    "GET /models/:model/versions": { id: "models_versions" },
    "POST /models/:model/versions": { id: "models_createVersion", body: { version: "1.0.1" } },
    "GET /models/:model/versions/:version": { id: "models_version" },
    "PATCH /models/:model/versions/:version": { id: "models_setStatus", body: { status: "active" } },
    "DELETE /models/:model/versions/:version": { id: "models_remove" },
    "GET /models/:model/versions/:version/container-image": { id: "models_containerImage" },
    "POST /models/:model/versions/:version/container-image": {
      id: "models_setContainerImage",
      body: { registry: { url: "registry.example.com/team/model:1.0" } },
    },
    "GET /models/:model/versions/:version/drift": { id: "models_drift" },
    "POST /models/:model/versions/:version/load-process": { id: "models_load" },
    "PATCH /models/:model/versions/:version/processing": {
      id: "models_setCapacity",
      body: { processing: { minimumParallelCapacity: 1, maximumParallelCapacity: 4 } },
    },
    "GET /models/:model/versions/:version/run-process": { id: "models_testRun" },
    "POST /models/:model/versions/:version/run-process": { id: "models_startTestRun" },
    "GET /models/:model/versions/:version/sample-input": { id: "models_sampleInput" },
    "PUT /models/:model/versions/:version/sample-input": {
      id: "models_setSampleInput",
      body: { model: sentiment, input: text },
    },
    "GET /models/:model/versions/:version/sample-output": { id: "models_sampleOutput" },
    "PUT /models/:model/versions/:version/sample-output": {
      id: "models_setSampleOutput",
      body: { data: { result: { classPredictions: [{ class: "positive", score: 0.98 }] } } },
    },
    "POST /models/:model/versions/:version/testInput": { id: "models_uploadTestInput" },

    "GET /resources/processing/engines": { id: "engines_list" },
    "GET /resources/processing/models": { id: "engines_byModel" },
    "GET /metrics/data-processed": { id: "metrics_dataProcessed" },
    "GET /metrics/predictions-made": { id: "metrics_predictionsMade" },
    "GET /metrics/active-users": { id: "metrics_activeUsers" },
    "GET /metrics/active-models": { id: "metrics_activeModels" },
    "GET /metrics/prometheus/:metric": { id: "metrics_series" },
    "GET /notifications/alerts": { id: "alerts_list" },
    "GET /notifications/alerts/:type": { id: "alerts_ofType" },

    "GET /license": { id: "license_get" },
    "GET /accounting/entitlements": { id: "entitlements_list" },
    "GET /accounting/accounts": { id: "accounts_list" },
    "POST /accounting/accounts": { id: "accounts_create", body: { name: "Research", email: "ada@example.com" } },
    "GET /accounting/accounts/:account": { id: "accounts_get" },
    "GET /accounting/accounts/:account/limits": { id: "accounts_limits" },
    "PUT /accounting/accounts/:account/limits": {
      id: "accounts_setLimits",
      body: { requestsPerSecond: 100, inputsPerDay: 1_000_000 },
    },
    "GET /accounting/users": { id: "users_list" },
    "POST /accounting/users/search": {
      id: "users_search",
      body: { identifiers: ["f5669e05-4d4e-4d8a-95ed-201946d57d13"] },
    },
    "POST /accounting/accounts/:account/users": {
      id: "users_create",
      body: { firstName: "Ada", lastName: "Lovelace", email: "ada@example.com" },
    },
    "PATCH /accounting/users/:user": { id: "users_update", body: { title: "Data Scientist" } },
    "GET /accounting/teams": { id: "teams_list" },
    "POST /accounting/teams": { id: "teams_create", body: { name: "research" } },
    "GET /accounting/teams/:team/limits": { id: "teams_limits" },
    "PUT /accounting/teams/:team/limits": { id: "teams_setLimits", body: { concurrentJobs: 10 } },
    "GET /accounting/projects": { id: "projects_list" },
    "POST /accounting/projects": { id: "projects_create", body: { name: "reviews", visibility: "PRIVATE" } },
    "GET /accounting/projects/:project": { id: "projects_get" },
    "PATCH /accounting/projects/:project": { id: "projects_update", body: { status: "Inactive" } },
    "GET /accounting/access-keys": { id: "keys_list" },
    "POST /accounting/access-keys": {
      id: "keys_create",
      body: { name: "nightly import", roles: ["DATA_SCIENTIST"], scopes: ["read", "submit"], models: ["ed542963de"] },
    },
    "PATCH /accounting/access-keys/:prefix": { id: "keys_update", body: { status: "Inactive" } },
    "POST /accounting/access-keys/:prefix/rotate": { id: "keys_rotate" },
    "PUT /accounting/access-keys/:prefix/roles": { id: "keys_setRoles", body: { roles: ["DATA_SCIENTIST"] } },
    "GET /accounting/access-keys/:prefix/limits": { id: "keys_limits" },
    "PUT /accounting/access-keys/:prefix/limits": {
      id: "keys_setLimits",
      body: { requestsPerSecond: 10, inputsPerDay: 100_000 },
    },
    "GET /accounting/master-key": { id: "keys_masterKey" },
    "POST /accounting/master-key/rotate": { id: "keys_rotateMaster" },
    "GET /audit": { id: "audit_entries" },

    "GET /webhooks": { id: "webhooks_list" },
    "POST /webhooks": {
      id: "webhooks_create",
      body: { url: "https://example.com/millrace", events: ["job.completed"] },
    },
    "GET /webhooks/:webhook": { id: "webhooks_get" },
    "PATCH /webhooks/:webhook": { id: "webhooks_update", body: { status: "Disabled" } },
    "DELETE /webhooks/:webhook": { id: "webhooks_remove" },
    "POST /webhooks/:webhook/rotate": { id: "webhooks_rotateSecret" },
    "POST /webhooks/:webhook/test": { id: "webhooks_test" },
    "GET /webhooks/:webhook/deliveries": { id: "webhooks_deliveries" },
  }),
);
