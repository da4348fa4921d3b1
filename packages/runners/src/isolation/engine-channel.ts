import type { Socket } from "node:net";

/**
 * Messages with bytes over a socket, between a worker and the process of an engine. A frame is two lengths (uint32, big-endian),
 * a message as JSON, and its bytes one after another. Node's own channel encodes the bytes, too, takes twice as long, and is
 * open to what a model's module sends.
 */
export interface EngineChannel<Sent> {
  send(message: Sent, parts?: readonly Uint8Array[]): void;
  end(): void;
}

export interface ChannelListener<Received> {
  /** A message came. A part is a Uint8Array, not a Buffer, and has a buffer of its own from its first byte to its last. */
  readonly onMessage: (message: Received, parts: readonly Uint8Array[]) => void;
  /** The other side sent an invalid or oversized frame; reading has stopped. */
  readonly onFault: (error: Error) => void;
}

/** A message as it is in its frame. */
interface Envelope<Message> {
  readonly message: Message;
  /** Lengths of the parts. */
  readonly sizes: readonly number[];
}

const headerBytes = 8;
// No batch of inputs or outputs is this large: a peer that announces more is out of sync.
const maximumFrameBytes = 2 ** 31;

export function createEngineChannel<Sent, Received>(
  socket: Socket,
  { onMessage, onFault }: ChannelListener<Received>,
): EngineChannel<Sent> {
  const read = createFrameReader((envelope, body) => {
    const { message, sizes } = JSON.parse(envelope.toString("utf8")) as Envelope<Received>;
    let start = 0;
    // Copies: a part that is kept must not keep the bytes of all others.
    const parts = sizes.map((size) => new Uint8Array(body.subarray(start, (start += size))));
    onMessage(message, parts);
  });
  const listen = (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      socket.off("data", listen).resume();
      onFault(error as Error);
    }
  };
  socket.on("data", listen);

  return {
    send(message, parts = []) {
      if (socket.destroyed || socket.writableEnded) return;
      const sizes = parts.map((part) => part.byteLength);
      const envelope = Buffer.from(JSON.stringify({ message, sizes } satisfies Envelope<Sent>));
      const header = Buffer.alloc(headerBytes);
      header.writeUInt32BE(envelope.byteLength, 0);
      const bodyBytes = sizes.reduce((sum, size) => sum + size, 0);
      header.writeUInt32BE(bodyBytes, 4);
      socket.cork();
      for (const chunk of [header, envelope, ...parts]) if (chunk.byteLength > 0) socket.write(chunk);
      socket.uncork();
    },
    end: () => socket.end(),
  };
}

/** Puts frames together from the chunks in which they come. */
function createFrameReader(deliver: (envelope: Buffer, body: Buffer) => void): (chunk: Buffer) => void {
  const header = Buffer.alloc(headerBytes);
  let frame: Buffer | undefined;
  let envelopeBytes = 0;
  let filled = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.byteLength;) {
      const target = frame ?? header;
      const count = chunk.copy(target, filled, at);
      at += count;
      filled += count;
      if (filled < target.byteLength) return;
      filled = 0;
      if (frame === undefined) {
        envelopeBytes = header.readUInt32BE(0);
        const size = envelopeBytes + header.readUInt32BE(4);
        if (size > maximumFrameBytes || envelopeBytes === 0)
          throw new Error(`a message of ${size} bytes; at most ${maximumFrameBytes} are allowed`);
        frame = Buffer.allocUnsafeSlow(size);
      } else {
        const whole = frame;
        frame = undefined;
        deliver(whole.subarray(0, envelopeBytes), whole.subarray(envelopeBytes));
      }
    }
  };
}
