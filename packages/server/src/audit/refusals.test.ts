import { expect, it } from "vitest";
import type { NewAuditEntry } from "./new-entry.js";
import { createRefusals } from "./refusals.js";

const refusal = (address: string, requestId = "r"): NewAuditEntry => ({
  accountIdentifier: null,
  userIdentifier: null,
  accessKey: null,
  action: "GET /api/jobs/:job",
  target: {},
  address,
  statusCode: 401,
  code: "unauthenticated",
  requestId,
  count: 1,
});

it("combines identical refusals into one entry with the last request", () => {
  const refusals = createRefusals({ maximumWaiting: 10, burst: 10, perTake: 1 });
  for (let index = 0; index < 1_000; index += 1) refusals.add(refusal("192.0.2.1", `r${index}`));
  refusals.add(refusal("192.0.2.2"));
  expect(refusals.take()).toEqual([{ ...refusal("192.0.2.1", "r999"), count: 1_000 }, refusal("192.0.2.2")]);
  expect(refusals.take()).toEqual([]);
});

it("bounds the number of distinct refusals and loses no count", () => {
  const refusals = createRefusals({ maximumWaiting: 3, burst: 100, perTake: 1 });
  for (let index = 0; index < 50; index += 1) refusals.add(refusal(`192.0.2.${index}`));
  const taken = refusals.take();
  expect(taken).toHaveLength(4);
  expect(taken.at(-1)).toMatchObject({ address: null, action: "various", statusCode: 401, count: 47 });
});

it("writes a burst, then at a steady rate, then the rest when it closes", () => {
  const refusals = createRefusals({ maximumWaiting: 100, burst: 5, perTake: 2 });
  for (let index = 0; index < 20; index += 1) refusals.add(refusal(`192.0.2.${index}`));
  expect([1, 2, 3].map(() => refusals.take().length)).toEqual([5, 2, 2]);
  expect(refusals.take({ isLast: true })).toHaveLength(11);
});
