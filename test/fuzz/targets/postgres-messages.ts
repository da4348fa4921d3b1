import { DatabaseFault } from "../../../packages/server/src/inputs/sources/jdbc/database-fault.ts";
import { createTakeMessages } from "../../../packages/server/src/inputs/sources/jdbc/server-messages.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

/** A message of the PostgreSQL protocol. */
function message(type: string, ...body: (string | number[])[]): Buffer {
  const bytes = Buffer.concat(body.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + bytes.length);
  return Buffer.concat([Buffer.from(type), length, bytes]);
}

const column = (name: string) => [
  ...Buffer.from(`${name}\0`),
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  25,
  255,
  255,
  255,
  255,
  255,
  255,
  0,
  0,
];

/** What a PostgreSQL server sends. In whatever pieces it comes, the same messages come out, each with the length that it names. */
export const target: FuzzTarget = {
  seeds: [
    Buffer.concat([
      message("R", [0, 0, 0, 0]),
      message("S", "server_version\u000016\0"),
      message("K", [0, 0, 0, 1, 0, 0, 0, 2]),
      message("Z", "I"),
    ]),
    Buffer.concat([
      message("T", [0, 2], column("id"), column("text")),
      message("D", [0, 2, 0, 0, 0, 1], "7", [255, 255, 255, 255]),
      message("C", "SELECT 1\0"),
      message("Z", "T"),
    ]),
    message("E", "SERROR\0C42P01\0Mno such table\0\0"),
    message("R", [0, 0, 0, 10], "SCRAM-SHA-256\0\0"),
    Buffer.concat([message("1"), message("2"), message("n"), message("I"), message("N", "SNOTICE\0\0")]),
  ],
  run(data) {
    const whole = take([data]);
    const half = data.length >> 1;
    const inPieces = take([data.subarray(0, 3), data.subarray(3, half), data.subarray(Math.max(3, half))]);
    if (whole === undefined) return;
    holds(inPieces !== undefined && whole.equals(inPieces), "pieces make no difference");
    for (let at = 0; at < whole.length;) {
      const length = whole.readUInt32BE(at + 1);
      holds(length >= 4 && at + 1 + length <= whole.length, "every message is whole");
      at += 1 + length;
    }
  },
};

/** All messages that come out; undefined when the server was rejected. */
function take(pieces: readonly Buffer[]): Buffer | undefined {
  return throwsOnly([DatabaseFault], () => {
    const next = createTakeMessages();
    return Buffer.concat(pieces.flatMap((piece) => next(piece)));
  });
}
