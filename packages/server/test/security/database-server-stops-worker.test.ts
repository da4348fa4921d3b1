import { expect, describe, it, vi } from "vitest";
import type { ListingError } from "../../src/inputs/listed-input.js";
import { loopbackOutbound } from "../support/loopback-outbound.js";
import { listRows } from "../../src/inputs/sources/jdbc/table-rows.js";
import {
  columns,
  done,
  flood,
  message,
  ready,
  row,
  signedIn,
  startHostilePostgres,
  type Behaviour,
} from "../support/hostile-postgres.js";

const patience = { connectTimeoutMs: 1_000, shortTimeoutMs: 500, rowTimeoutMs: 500 };
const greeting = Buffer.concat([signedIn, ready]);
const one = Buffer.from("00000001", "hex");

/** Reads all rows; returns how many there were, or why they could not be read. */
async function read(behaviour: Behaviour, take = (_count: number): boolean => true, wait = patience) {
  const server = await startHostilePostgres(behaviour);
  const access = { url: `jdbc:postgresql://127.0.0.1:${server.port}/d`, username: "u", password: "p", query: "SELECT" };
  let count = 0;
  let failure: ListingError | undefined;
  try {
    for await (const page of listRows(access, loopbackOutbound, new AbortController().signal, wait)) {
      count += page.length;
      if (!take(count)) break;
    }
  } catch (error) {
    failure = error as ListingError;
  }
  await vi.waitUntil(() => server.openConnections() === 0, { timeout: 60_000 });
  return { count, code: failure?.failureCode, message: failure?.message };
}

/** At each stage, bytes that are no answer. */
const startup = (bytes: Buffer): Behaviour => ({ onStartup: (socket) => void socket.write(bytes) });
const fetch = (bytes: Buffer): Behaviour => ({ onFetch: (socket) => void socket.write(bytes) });

describe("a hostile database server cannot crash the process that reads from it", () => {
  it.each<[string, string, Behaviour]>([
    ["a row of 2 GiB", "jdbc.row_too_large", fetch(Buffer.concat([columns("input"), message("D", "\0\x01", 2 ** 31)]))],
    ["a message of 4 GiB", "jdbc.invalid_response", startup(message("S", "a", 2 ** 32 - 1))],
    ["an authentication of 2 GiB", "jdbc.invalid_response", startup(message("R", "a", 2 ** 31))],
    ["a message that is shorter than its head", "jdbc.invalid_response", startup(message("R", "", 3))],
    ["a message of length 0", "jdbc.invalid_response", startup(Buffer.alloc(100))],
    ["an error without an end", "jdbc.invalid_response", startup(message("E", "SERROR\0MNo"))],
    ["an error without fields", "jdbc.invalid_response", fetch(message("E"))],
    [
      "a way to sign in that pg does not know",
      "jdbc.unreachable",
      startup(message("R", Buffer.from("00000007", "hex"))),
    ],
    ["a salt that is missing", "jdbc.invalid_response", startup(message("R", Buffer.from("00000005", "hex")))],
    ["columns without names", "jdbc.invalid_response", fetch(message("T", Buffer.from("ffff", "hex")))],
    [
      "a cell that is longer than its row",
      "jdbc.invalid_response",
      fetch(Buffer.concat([columns("a"), message("D", Buffer.from("000100ffffff61", "hex"))])),
    ],
    [
      "a cell of length -2",
      "jdbc.invalid_response",
      fetch(Buffer.concat([columns("a"), message("D", Buffer.from("0001fffffffe", "hex"))])),
    ],
    [
      "-1 cells",
      "jdbc.invalid_response",
      fetch(Buffer.concat([columns("a"), message("D", Buffer.from("ffff", "hex"))])),
    ],
    ["a file to be sent", "jdbc.invalid_response", fetch(message("G", Buffer.from("000000", "hex")))],
    ["rows before anybody asked", "jdbc.invalid_response", startup(Buffer.concat([signedIn, row("a")]))],
    ["rows without columns", "jdbc.invalid_response", fetch(Buffer.concat([row("a"), done, ready]))],
    [
      "an iteration count of a billion",
      "jdbc.unreachable",
      {
        onStartup: (socket) => {
          socket.write(message("R", Buffer.concat([Buffer.from("0000000a", "hex"), Buffer.from("SCRAM-SHA-256\0\0")])));
          socket.on("data", (bytes) => {
            const nonce = /r=(.*)$/s.exec(bytes.toString())?.[1];
            if (nonce !== undefined)
              socket.write(
                message(
                  "R",
                  Buffer.concat([Buffer.from("0000000b", "hex"), Buffer.from(`r=${nonce}x,s=QUJD,i=1000000000`)]),
                ),
              );
          });
        },
      },
    ],
    ["a protocol of its own", "jdbc.invalid_response", startup(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))],
  ])("by %s", async (_name, code, behaviour) => {
    const found = await read(behaviour);
    expect(found).toMatchObject({ count: 0, code });
    expect(found.message).toMatch(/^The rows could not be read from the database "127\.0\.0\.1:\d+\/d" \(/);
  });

  it.each<[string, Behaviour]>([
    ["endless settings before it lets in", { onStartup: (socket) => flood(socket, message("S", "name\0value\0")) }],
    ["endless notices at a query", { onFetch: (socket) => flood(socket, message("N", "SNOTICE\0MWords\0\0")) }],
    ["endless results of one query", { onFetch: (socket) => flood(socket, Buffer.concat([columns("input"), done])) }],
    ["a million bytes of one name", fetch(Buffer.concat([columns("x".repeat(2 ** 21))]))],
  ])("by %s", async (_name, behaviour) => {
    const wait = { connectTimeoutMs: 60_000, shortTimeoutMs: 60_000, rowTimeoutMs: 60_000 };
    expect(await read(behaviour, () => true, wait)).toMatchObject({ count: 0, code: "jdbc.invalid_response" });
  });

  it.each<[string, Behaviour, string]>([
    ["connected", { onStartup: () => {} }, "jdbc.unreachable"],
    ["asked for the password", startup(message("R", Buffer.from("00000003", "hex"))), "jdbc.unreachable"],
    ["said that it is in", startup(signedIn), "jdbc.unreachable"],
    ["let in", { onBegin: () => {} }, "input.too_slow"],
    ["prepared the query", { onDeclare: () => {} }, "input.too_slow"],
    ["begun a row", fetch(Buffer.concat([columns("input"), message("D", one, 1_000)])), "input.too_slow"],
    ["sent a row", fetch(Buffer.concat([columns("input"), row("a")])), "input.too_slow"],
    ["sent the last row", fetch(Buffer.concat([columns("input"), row("a"), done])), "input.too_slow"],
  ])("hangs once it has %s", async (_name, behaviour, code) => {
    expect((await read(behaviour)).code).toBe(code);
  });

  it.each([
    ["a row", message("D", Buffer.alloc(1_000, 1), 100_000)],
    [
      "notices, which are no rows",
      Buffer.from(Array.from({ length: 1_000 }, () => message("N", "\0").toString("latin1")).join(""), "latin1"),
    ],
  ])("trickles %s", async (_name, bytes) => {
    const behaviour: Behaviour = {
      onFetch: (socket) => {
        socket.write(columns("input"));
        let sent = 0;
        const timer = setInterval(() => socket.write(bytes.subarray(sent, (sent += 6))), 20);
        socket.on("close", () => clearInterval(timer));
      },
    };
    expect((await read(behaviour)).code).toBe("input.too_slow");
  });

  it("with endless rows: they wait at the server while others are processed", async () => {
    const large = row("x".repeat(2 ** 20));
    const before = process.memoryUsage().rss;
    let peak = 0;
    const { count } = await read(
      {
        onFetch: (socket) => {
          socket.write(columns("input"));
          flood(socket, large);
        },
      },
      (taken) => {
        peak = Math.max(peak, process.memoryUsage().rss - before);
        return taken < 600;
      },
    );
    expect(count).toBeGreaterThanOrEqual(600);
    // More than 600 MiB came by.
    expect(peak).toBeLessThan(300 * 2 ** 20);
  });

  it("with rows that nobody consumes: backpressure reaches the server", async () => {
    let sentBytes = 0;
    const piece = row("x".repeat(2 ** 18));
    const server = await startHostilePostgres({
      onFetch: (socket) => {
        socket.write(columns("input"));
        const pump = () => {
          while (socket.write(piece)) sentBytes += piece.byteLength;
          sentBytes += piece.byteLength;
          socket.once("drain", pump);
        };
        pump();
      },
    });
    const access = {
      url: `jdbc:postgresql://127.0.0.1:${server.port}/d`,
      username: "u",
      password: "p",
      query: "SELECT",
    };
    const rows = listRows(access, loopbackOutbound, new AbortController().signal);
    await rows.next();
    let last = -1;
    // Until a second passes in which nothing more is taken.
    await vi.waitUntil(() => last === (last = sentBytes), { interval: 1_000, timeout: 60_000 });
    expect(sentBytes).toBeLessThan(64 * 2 ** 20);
    await rows.return(undefined);
    await vi.waitUntil(() => server.openConnections() === 0, { timeout: 60_000 });
  });

  it("rows of an honest server arrive intact, however they are split", async () => {
    const bytes = Buffer.concat([
      message("S", "a\0b\0"),
      columns("input", "__proto__"),
      row("ä", "x"),
      row("", "y"),
      done,
      ready,
    ]);
    const values: unknown[] = [];
    const server = await startHostilePostgres({
      onStartup: (socket) => void socket.write(greeting),
      onFetch: (socket, index) => {
        if (index > 0) return void socket.write(Buffer.concat([columns("input", "__proto__"), done, ready]));
        socket.setNoDelay(true);
        let sent = 0;
        const next = () => {
          if (sent < bytes.byteLength) socket.write(bytes.subarray(sent, (sent += 1)), () => setImmediate(next));
        };
        next();
      },
    });
    const access = {
      url: `jdbc:postgresql://127.0.0.1:${server.port}/d`,
      username: "u",
      password: "p",
      query: "SELECT",
    };
    for await (const page of listRows(access, loopbackOutbound, new AbortController().signal)) values.push(...page);
    expect(JSON.stringify(values)).toBe(
      '[{"name":"row-1","dataItems":{"input":"ä","__proto__":"x"}},{"name":"row-2","dataItems":{"input":"","__proto__":"y"}}]',
    );
  });
});
