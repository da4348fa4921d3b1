import { expect, it } from "vitest";
import { benchClients } from "../../bench/clients/run.js";

it("clients of several accounts are all answered, and their jobs completed", async () => {
  const result = await benchClients({
    clients: 5,
    accounts: 2,
    keysPerAccount: 2,
    seconds: 3,
    thinkMs: 100,
    settleSeconds: 0,
  });
  expect(Object.fromEntries(result.errors)).toEqual({});
  expect(result.byKind.map(({ kind }) => kind)).toEqual([
    "GET /jobs/history",
    "GET /jobs/{job}",
    "GET /jobs/{job}/events",
    "GET /results/{job}",
    "POST /jobs",
    "a job, until it is seen to end",
  ]);
  expect(result.jobsPerMinute).toBeGreaterThan(0);
  expect(result.after.memoryBytes).toBeGreaterThan(0);
});
