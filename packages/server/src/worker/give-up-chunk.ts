import { randomUUID } from "node:crypto";
import type { Database } from "../database/transaction.js";
import { claimChunk } from "../queue/claim-chunk.js";
import type { ChunkTask } from "../queue/chunk-task.js";
import { recordOutcomes } from "../results/record-outcomes.js";

/** Fails the rest of a chunk that cannot be run or recorded because of an internal error, so that its job can end. */
export async function giveUpChunk(database: Database, task: ChunkTask, attempts: number): Promise<void> {
  const holder = randomUUID();
  const chunk = await claimChunk(database, task, holder);
  if (chunk === undefined || chunk.inputs.length === 0) return;
  const message = `Gave up after ${attempts - 1} attempts because of an internal error; see the server log. Submit this input again.`;
  await recordOutcomes(
    database,
    { ...task, holder, submittedAt: chunk.submittedAt, part: chunk.parts },
    chunk.inputs.map(({ position, name }) => ({
      position,
      name,
      engine: null,
      failure: { code: "internal", message },
      sizeBytes: 0,
      fetchMs: 0,
      latencyMs: 0,
      modelMs: 0,
      startedAt: new Date(),
      outputs: [],
      measures: [],
    })),
  );
}
