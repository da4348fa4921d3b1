import { formatBytes } from "../../../errors/format-bytes.js";
import { DatabaseFault } from "./database-fault.js";

/** Largest row accepted; each byte of a `bytea` takes two. */
export const maximumRowBytes = 16 * 2 ** 20;
/** What is no row: each message, all of one statement together, and all notices, settings and notifications of a connection. */
const maximumOtherBytes = 2 ** 20;
// PostgreSQL's own limit on the columns of a result.
const maximumColumns = 1_664;
const headBytes = 5;

/** Accepts bytes from a server and returns the messages that are complete. */
export type TakeMessages = (piece: Buffer) => Buffer[];

/**
 * Splits what a PostgreSQL server sends into messages (https://www.postgresql.org/docs/current/protocol-message-formats.html), and
 * rejects those that would make pg wait for gigabytes, throw or loop, because it trusts every length that it reads.
 * Asynchronous messages (notices, settings, notifications) are counted and dropped.
 */
export function createTakeMessages(): TakeMessages {
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let asideBytes = 0;
  let statementBytes = 0;
  /** Of the rows that follow. */
  let columnCount: number | undefined;
  /** How many bytes must be buffered before parsing can continue. */
  let neededBytes = headBytes;

  return (piece) => {
    pieces.push(piece);
    heldBytes += piece.byteLength;
    if (heldBytes < neededBytes) return [];
    const bytes = pieces.length === 1 ? piece : Buffer.concat(pieces);
    const messages: Buffer[] = [];
    let start = 0;
    neededBytes = headBytes;
    while (bytes.byteLength - start >= headBytes) {
      const end = start + messageBytes(bytes, start);
      neededBytes = end - start;
      if (end > bytes.byteLength) break;
      const message = bytes.subarray(start, end);
      const type = message[0];
      if (asides.has(type)) asideBytes += message.byteLength;
      else if (!isWellFormed(message)) throw invalid(`a message of type ${typeOf(message)} that is not well-formed`);
      else {
        if (type === code.RowDescription) columnCount = message.readUInt16BE(headBytes);
        if (type === code.DataRow) {
          if (message.readUInt16BE(headBytes) !== columnCount) throw invalid("a row with other columns than announced");
        } else statementBytes += message.byteLength;
        if (type === code.ReadyForQuery) {
          statementBytes = 0;
          columnCount = undefined;
        }
        messages.push(message);
      }
      if (Math.max(asideBytes, statementBytes) > maximumOtherBytes)
        throw invalid(`more than ${formatBytes(maximumOtherBytes)} besides rows`);
      start = end;
      neededBytes = headBytes;
    }
    heldBytes = bytes.byteLength - start;
    pieces = heldBytes === 0 ? [] : [bytes.subarray(start)];
    return messages;
  };
}

/** How long the message at `start` says that it is. */
function messageBytes(bytes: Buffer, start: number): number {
  const lengthBytes = 1 + bytes.readUInt32BE(start + 1);
  if (lengthBytes < headBytes) throw invalid("a message that ends before it begins");
  const isRow = bytes[start] === code.DataRow;
  if (isRow && lengthBytes > maximumRowBytes)
    throw new DatabaseFault(
      "jdbc.row_too_large",
      `a row has ${formatBytes(lengthBytes)}, more than the ${formatBytes(maximumRowBytes)} that are allowed`,
    );
  if (!isRow && lengthBytes > maximumOtherBytes)
    throw invalid(`a message of type ${typeOf(bytes.subarray(start))} with ${formatBytes(lengthBytes)}`);
  return lengthBytes;
}

const code = {
  Authentication: 0x52,
  BackendKeyData: 0x4b,
  BindComplete: 0x32,
  CommandComplete: 0x43,
  DataRow: 0x44,
  EmptyQueryResponse: 0x49,
  ErrorResponse: 0x45,
  NoData: 0x6e,
  NoticeResponse: 0x4e,
  NotificationResponse: 0x41,
  ParameterStatus: 0x53,
  ParseComplete: 0x31,
  ReadyForQuery: 0x5a,
  RowDescription: 0x54,
} as const;

const asides: ReadonlySet<number | undefined> = new Set([
  code.NoticeResponse,
  code.NotificationResponse,
  code.ParameterStatus,
]);

function isWellFormed(message: Buffer): boolean {
  const body = message.subarray(headBytes);
  switch (message[0]) {
    case code.BindComplete:
    case code.EmptyQueryResponse:
    case code.NoData:
    case code.ParseComplete:
      return body.byteLength === 0;
    case code.ReadyForQuery:
      return body.byteLength === 1;
    case code.BackendKeyData:
      return body.byteLength === 8;
    case code.CommandComplete:
      return body.indexOf(0) === body.byteLength - 1;
    case code.ErrorResponse:
      return isFieldList(body);
    case code.Authentication:
      return isKnownAuthentication(body);
    case code.RowDescription:
      return isRowDescription(body);
    case code.DataRow:
      return isRow(body);
    default:
      return false;
  }
}

/** Fields of one letter and a text each, with a zero after the last. */
function isFieldList(body: Buffer): boolean {
  let offset = 0;
  while (offset < body.byteLength && body[offset] !== 0) {
    const end = body.indexOf(0, offset + 1);
    if (end < 0) return false;
    offset = end + 1;
  }
  return offset === body.byteLength - 1;
}

/** The messages that pg knows, with their exact contents; pg throws at any other. */
function isKnownAuthentication(body: Buffer): boolean {
  if (body.byteLength < 4) return false;
  const kind = body.readUInt32BE(0);
  // 0 is success, 3 asks for the password, 5 for its MD5, 10 to 12 are SASL.
  if (kind === 0 || kind === 3) return body.byteLength === 4;
  if (kind === 5) return body.byteLength === 8;
  if (kind === 10) return body.byteLength >= 6 && body.at(-1) === 0 && body.at(-2) === 0;
  if (kind === 11 || kind === 12) return true;
  throw new DatabaseFault(
    "jdbc.unreachable",
    `it asks for a way to sign in that is not supported (${kind}): allow SCRAM or MD5 passwords in its pg_hba.conf`,
  );
}

function isRowDescription(body: Buffer): boolean {
  if (body.byteLength < 2) return false;
  const count = body.readUInt16BE(0);
  if (count > maximumColumns) return false;
  let offset = 2;
  for (let column = 0; column < count; column += 1) {
    const nameEnd = body.indexOf(0, offset);
    if (nameEnd < 0) return false;
    // Table, number of the column, type, size of the type, its modifier, text or binary.
    offset = nameEnd + 1 + 18;
    // Values are asked for as text only.
    if (offset > body.byteLength || body.readUInt16BE(offset - 2) !== 0) return false;
  }
  return offset === body.byteLength;
}

function isRow(body: Buffer): boolean {
  if (body.byteLength < 2) return false;
  const count = body.readUInt16BE(0);
  if (count > maximumColumns) return false;
  let offset = 2;
  for (let column = 0; column < count; column += 1) {
    if (offset + 4 > body.byteLength) return false;
    const lengthBytes = body.readInt32BE(offset);
    if (lengthBytes < -1) return false;
    // -1 is NULL.
    offset += 4 + Math.max(0, lengthBytes);
  }
  return offset === body.byteLength;
}

function typeOf(message: Buffer): string {
  return JSON.stringify(String.fromCharCode(message[0] ?? 0));
}

function invalid(what: string): DatabaseFault {
  return new DatabaseFault("jdbc.invalid_response", `it sent ${what}, which no PostgreSQL server does`);
}
