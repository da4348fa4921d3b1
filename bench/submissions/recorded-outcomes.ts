import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { writeOutcomeLine } from "../../packages/server/src/outcomes/outcome-line.js";

const chunkSize = 100;
const chunksPerStatement = 100;

/** Records an outcome of about 500 bytes for every input of a job, as a worker does, and copies of the lines of its results. */
export async function recordOutcomes(pool: pg.Pool, jobIdentifier: string, inputs: number): Promise<void> {
  const { rows } = await pool.query<{ id: number }>("SELECT id FROM millrace.jobs WHERE identifier = $1", [
    jobIdentifier,
  ]);
  const jobId = rows[0]!.id;
  const moment = new Date();
  const lineOf = (position: number) =>
    writeOutcomeLine(
      {
        position,
        name: `input-${position}`,
        engine: "engine-1",
        failure: null,
        sizeBytes: 1_024,
        fetchMs: 3,
        latencyMs: 4.25,
        startedAt: moment,
        outputs: [
          {
            name: "results.json",
            mediaType: "application/json",
            sizeBytes: 0,
            content: Buffer.from(JSON.stringify({ data: { result: { classPredictions: predictions(position) } } })),
            blobKey: null,
          },
        ],
      },
      12,
      moment,
    ).line;
  for (let first = 0; first < inputs; first += chunkSize * chunksPerStatement) {
    const firsts = Array.from({ length: chunksPerStatement }, (_, chunk) => first + chunk * chunkSize).filter(
      (one) => one < inputs,
    );
    const positions = firsts.map((one) => Array.from({ length: Math.min(chunkSize, inputs - one) }, (_, i) => one + i));
    await pool.query(
      `INSERT INTO millrace.outcome_batches (job_id, last_event, first_position, part, positions, failed_positions, lines)
       SELECT $1, first + $4, first, 0, ARRAY(SELECT generate_series(first, first + $4 - 1)), '{}', lines
       FROM unnest($2::int[], $3::text[]) AS batch (first, lines)`,
      [jobId, firsts, positions.map((some) => some.map(lineOf).join("\n")), chunkSize],
    );
  }
  await pool.query("VACUUM ANALYZE millrace.outcome_batches");
}

/** Keeps the lines of the results, as the API answers them, one a row. */
export async function keepLines(pool: pg.Pool, lines: readonly string[]): Promise<void> {
  await pool.query("CREATE TABLE kept_lines (position int PRIMARY KEY, line text NOT NULL)");
  for (let first = 0; first < lines.length; first += 10_000)
    await pool.query(
      "INSERT INTO kept_lines SELECT $1 + ordinality - 1, line FROM unnest($2::text[]) WITH ORDINALITY AS of (line, ordinality)",
      [first, lines.slice(first, first + 10_000)],
    );
  await pool.query("VACUUM ANALYZE kept_lines");
}

/** @returns seconds until the last byte was read, and how many there were. */
export async function copyLines(pool: pg.Pool): Promise<{ seconds: number; bytes: number }> {
  const connection = await pool.connect();
  try {
    const startedAt = performance.now();
    let bytes = 0;
    const copied = connection.query(copyTo("COPY (SELECT line FROM kept_lines ORDER BY position) TO STDOUT"));
    for await (const piece of copied) bytes += (piece as Buffer).length;
    return { seconds: (performance.now() - startedAt) / 1_000, bytes };
  } finally {
    connection.release();
  }
}

function predictions(position: number): object[] {
  return [
    { class: "positive", score: Number(((position % 97) / 97).toFixed(6)) },
    { class: "neutral", score: 0.25 },
    { class: "negative", score: Number((1 / (1 + position)).toFixed(6)) },
  ];
}
