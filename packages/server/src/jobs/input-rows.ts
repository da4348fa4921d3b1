import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { slowQuery } from "../database/slow-statement.js";
import type { InputTexts } from "./prepare-submission.js";

// Rows of millrace.inputs as COPY takes them in its binary format: for each column its size and its bytes, integers with the high byte
// first. The job's id is not known when they are made, and its place, at the start of a row, is left empty.
const columns = 4;
const [jobIdAt, positionAt, nameSizeAt] = [6, 18, 22];
const fixedBytes = 30;
const header = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);

// Large enough that handing over costs nothing, small enough to be written between two other requests.
const pieceBytes = 2 ** 18;
const maximumBytesPerUnit = 3;

/** Makes the rows of inputs, in pieces of about 256 KiB whose memory is their own. */
export function* inputRows({ names, dataItems }: InputTexts): Generator<Uint8Array<ArrayBuffer>> {
  let piece = Buffer.alloc(0);
  let length = 0;
  for (const [position, name] of names.entries()) {
    const items = dataItems[position] ?? "{}";
    const most = fixedBytes + maximumBytesPerUnit * (name.length + items.length);
    if (length + most > piece.length) {
      if (length > 0) yield own(piece, length);
      const exact = fixedBytes + Buffer.byteLength(name) + Buffer.byteLength(items);
      piece = Buffer.from(new ArrayBuffer(most <= pieceBytes ? pieceBytes : exact));
      length = 0;
    }
    const nameBytes = piece.write(name, length + nameSizeAt + 4);
    const itemsAt = length + nameSizeAt + 4 + nameBytes;
    const itemsBytes = piece.write(items, itemsAt + 4);
    piece.writeInt16BE(columns, length);
    piece.writeInt32BE(8, length + jobIdAt - 4);
    piece.writeInt32BE(4, length + positionAt - 4);
    piece.writeInt32BE(position, length + positionAt);
    piece.writeInt32BE(nameBytes, length + nameSizeAt);
    piece.writeInt32BE(itemsBytes, itemsAt);
    length = itemsAt + 4 + itemsBytes;
  }
  if (length > 0) yield own(piece, length);
}

function own(piece: Buffer<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(piece.buffer, 0, length);
}

/** Writes rows as inputs of a job. */
export async function copyInputs(
  transaction: PoolClient,
  jobId: number,
  rows: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const copy = copyFrom("COPY millrace.inputs (job_id, position, name, data_items) FROM STDIN (FORMAT binary)");
  await pipeline(Readable.from(framed(jobId, rows)), transaction.query(slowQuery(copy)));
}

async function* framed(
  jobId: number,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  yield header;
  for await (const piece of pieces) yield withJob(jobId, piece);
  yield trailer;
}

function withJob(jobId: number, piece: Uint8Array): Buffer {
  const rows = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  const [high, low] = [Math.floor(jobId / 2 ** 32), jobId % 2 ** 32];
  for (let at = 0; at < rows.length;) {
    rows.writeUInt32BE(high, at + jobIdAt);
    rows.writeUInt32BE(low, at + jobIdAt + 4);
    at += nameSizeAt + 4 + rows.readInt32BE(at + nameSizeAt);
    at += 4 + rows.readInt32BE(at);
  }
  return rows;
}
