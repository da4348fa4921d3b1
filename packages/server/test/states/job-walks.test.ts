import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isTerminal, type JobStatus } from "@millrace/contract";
import fc from "fast-check";
import type { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureConfiguredKey } from "../../src/accounts/first-key.js";
import type { Caller } from "../../src/accounts/caller.js";
import { createPool } from "../../src/database/pool.js";
import { outcomeStatus } from "../../src/states/input-states.js";
import { jobTransitions, newJobStatus, runnableStatuses, type JobTransition } from "../../src/states/job-states.js";
import { createDirectoryBlobStore } from "../../src/storage/directory-blob-store.js";
import { createKeyRing } from "../../src/storage/key-ring.js";
import { createSecretBox } from "../../src/storage/secret-box.js";
import { createLog } from "../../src/telemetry/log.js";
import { createTestDatabase } from "../support/test-database.js";
import { startTestBucket } from "../support/test-server.js";
import { createWorld, operations, type Operation, type World, type WorldParts } from "./job-operations.js";
import { recordStatusChanges, type ReadStatusChanges, type StatusChange } from "./status-changes.js";

// The same walks in every run; another seed finds other ones. A failure prints the seed and the shortest walk that fails.
const seed = 20_261_129;
const walks = 60;
// A slow machine walks fewer of them.
const limitMs = 40_000;

const closers: (() => Promise<unknown>)[] = [];
let parts: WorldParts;
let readChanges: ReadStatusChanges;

beforeAll(async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const pool = createPool(database.connectionString, { maximumConnections: 5, applicationName: "millrace-tests" });
  closers.push(() => pool.end());
  const directory = await mkdtemp(join(tmpdir(), "millrace-states-"));
  closers.push(() => rm(directory, { recursive: true, force: true }));
  const bucket = await startTestBucket();
  closers.push(() => bucket.close());
  await Promise.all(Array.from({ length: 6 }, (_, index) => bucket.put(`folder/${index}`, "x")));
  const model = { identifier: "walked", version: "1.0.0" };
  await pool.query(
    `INSERT INTO millrace.model_versions (model_identifier, version, version_order, manifest, sample_input, sample_output)
     VALUES ($1, $2, '{1,0,0}', '{"name": "Walked", "inputs": [{"name": "input"}]}', '{}', '{}')`,
    [model.identifier, model.version],
  );
  await pool.query("INSERT INTO millrace.model_owners (model_identifier) VALUES ($1)", [model.identifier]);
  readChanges = await recordStatusChanges(pool);
  parts = {
    pool,
    caller: await makeCaller(pool),
    secrets: createSecretBox(createKeyRing([randomBytes(32)])),
    blobs: createDirectoryBlobStore(join(directory, "blobs")),
    spoolDirectory: join(directory, "listings"),
    folder: { endpoint: bucket.endpoint, bucket: bucket.bucket, key: "folder/" },
    model,
  };
});
afterAll(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const operation = (names: readonly Operation["name"][]) =>
  fc.record<Operation>({
    name: fc.constantFrom(...names),
    which: fc.nat(11),
    inputs: fc.nat(63),
    failures: fc.nat(63),
  });
const beginning = operation(["submit", "submitBucket", "submitFolder", "open"]);
// Claims and outcomes are what most of a server's statements are.
const step = operation([
  ...Object.keys(operations),
  "claim",
  "claim",
  "record",
  "record",
  "record",
] as Operation["name"][]);
// What is in one array happens at the same time, on connections of its own.
const walk = fc.tuple(
  beginning,
  fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 30 }),
);

const one = (name: Operation["name"], which = 0, { inputs = 0, failures = 0 } = {}): Operation[] => [
  { name, which, inputs, failures },
];
const allInputs = 63;
/** Takes every transition once, so that one which nothing uses is found out. */
const everyTransition: [Operation, Operation[][]] = [
  { name: "open", which: 0, inputs: 0, failures: 0 },
  [
    one("append"),
    one("close"),
    one("claim"),
    one("record", 0, { failures: allInputs }),
    one("retry"),
    one("claim"),
    one("timeOut"),
    one("retry"),
    one("timeOut"),
    one("retry"),
    one("cancel"),
    one("retry"),
    one("claim"),
    one("cancel"),
    one("submitFolder"),
    one("giveUpListing", 1),
    // Allows no failed input.
    one("submit", 0, { inputs: 8, failures: 1 }),
    one("claim", 2),
    one("record", 3, { inputs: 1, failures: 1 }),
    one("open"),
    one("cancel", 3),
  ],
];

it("random interleavings follow only transitions of the table, and cover all of them", async () => {
  const taken = new Set<string>();
  await fc.assert(
    fc.asyncProperty(walk, async ([first, rest]) => {
      const world = createWorld(parts);
      await readChanges();
      try {
        for (const batch of [[first], ...rest]) {
          // All have ended before the next step, also when one fails: a walk must not meddle with the one after it.
          const outcomes = await Promise.allSettled(batch.map((one) => world.perform(one)));
          for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
          for (const change of await readChanges()) check(change, batch, taken);
          await checkRows(world);
        }
      } finally {
        await world.close();
      }
    }),
    { seed, numRuns: walks, examples: [[everyTransition]], interruptAfterTimeLimit: limitMs },
  );
  expect([...taken].toSorted()).toEqual(allTransitions().toSorted());
}, 120_000);

/** The table, as one text for every arrow. */
function allTransitions(): string[] {
  return Object.entries<JobTransition>(jobTransitions).flatMap(([name, { from }]) =>
    from.map((status) => `${name}: ${status}`),
  );
}

/** Every change is one of the table's, and one that something of the batch may cause. */
function check({ before, after }: StatusChange, batch: readonly Operation[], taken: Set<string>): void {
  if (before === null) {
    expect(Object.values(newJobStatus)).toContain(after);
    return;
  }
  const causes = new Set(batch.flatMap(({ name }): readonly (keyof typeof jobTransitions)[] => operations[name]));
  const found = [...causes].filter((name) => {
    const { from, to }: JobTransition = jobTransitions[name];
    return (from as readonly string[]).includes(before) && to === after;
  });
  const names = batch.map(({ name }) => name).join(", ");
  expect(found, `a job went from ${before} to ${after} by ${names}`).not.toEqual([]);
  // Where two may have caused it, another walk shows each.
  if (found.length === 1) taken.add(`${found[0]}: ${before}`);
}

interface JobFacts {
  readonly status: JobStatus;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly event_count: number;
  readonly has_ended: boolean;
  readonly is_paused: boolean;
  readonly inputs: number;
  readonly succeeded_inputs: number;
  readonly failed_inputs: number;
  readonly outputs: number;
  readonly outcomes: number;
  readonly noted: number;
  readonly has_credentials: boolean;
  readonly is_listing_queued: boolean;
  readonly lost_chunks: number;
}

/** What must hold between the rows of a job after every step. */
async function checkRows({ jobIds }: World): Promise<void> {
  const { rows } = await parts.pool.query<JobFacts>(
    `SELECT j.status, j.total, j.completed, j.failed, j.event_count, j.ended_at IS NOT NULL AS has_ended,
       j.paused_at IS NOT NULL AS is_paused,
       (SELECT count(*) FROM millrace.inputs i WHERE i.job_id = j.id) AS inputs,
       (SELECT count(DISTINCT position) FROM millrace.outcomes o WHERE o.job_id = j.id AND o.status = $2) AS succeeded_inputs,
       (SELECT count(DISTINCT position) FROM millrace.outcomes o WHERE o.job_id = j.id AND o.status = $3) AS failed_inputs,
       (SELECT count(*) FROM millrace.outcomes o WHERE o.job_id = j.id) AS outcomes,
       (SELECT coalesce(sum(outputs), 0)::int FROM millrace.outcomes o WHERE o.job_id = j.id) AS outputs,
       (SELECT coalesce(sum(cardinality(positions)), 0)::bigint FROM millrace.outcome_batches b WHERE b.job_id = j.id) AS noted,
       EXISTS (SELECT FROM millrace.job_credentials c WHERE c.job_id = j.id) AS has_credentials,
       EXISTS (SELECT FROM millrace_queue.jobs t WHERE t.key = 'list:' || j.id) AS is_listing_queued,
       (SELECT count(*) FROM millrace.chunks c
        WHERE c.job_id = j.id AND NOT EXISTS (SELECT FROM millrace_queue.jobs t WHERE t.key = 'chunk:' || j.id || ':' || c.chunk_index)
          AND EXISTS (SELECT FROM millrace.inputs i
            WHERE i.job_id = j.id AND i.position BETWEEN c.first_position AND c.last_position
              AND NOT EXISTS (SELECT FROM millrace.outcomes o WHERE o.job_id = j.id AND o.position = i.position))) AS lost_chunks
     FROM millrace.jobs j WHERE j.id = ANY ($1)`,
    [jobIds, outcomeStatus.succeeded, outcomeStatus.failed],
  );
  for (const job of rows) {
    expect(job).toMatchObject({
      inputs: job.total,
      succeeded_inputs: job.completed,
      failed_inputs: job.failed,
      outputs: job.completed,
      // One for each input at most.
      outcomes: job.completed + job.failed,
      noted: job.event_count,
      has_ended: isTerminal(job.status),
    });
    if (job.has_ended) expect(job).toMatchObject({ has_credentials: false });
    const isDone = job.total > 0 && job.completed + job.failed === job.total;
    if (isDone) expect(job).toMatchObject({ has_ended: true });
    if (job.status === jobTransitions.finish.to) expect(isDone).toBe(true);
    // Tasks stay in the queue here, as no worker takes them: work that has no task is lost.
    if (runnableStatuses.includes(job.status) && !job.is_paused)
      expect(job).toMatchObject(job.total === 0 ? { is_listing_queued: true } : { lost_chunks: 0 });
  }
}

async function makeCaller(pool: Pool): Promise<Caller> {
  const accessKey = "walker";
  await ensureConfiguredKey(pool, `${accessKey}.${randomUUID()}`, createLog("silent"));
  const { rows } = await pool.query<Omit<Caller, "roles">>(
    `SELECT account_identifier AS "accountIdentifier", team_identifier AS "teamIdentifier", user_identifier AS "userIdentifier",
       prefix AS "accessKey", NULL AS "projectIdentifier", NULL AS scopes, NULL AS models, NULL AS "expiresAt", false AS "isNarrowedToTeam"
     FROM millrace.api_keys WHERE prefix = $1`,
    [accessKey],
  );
  if (rows[0] === undefined) throw new Error("The test has no API key.");
  return { ...rows[0], roles: ["DATA_SCIENTIST"] };
}
