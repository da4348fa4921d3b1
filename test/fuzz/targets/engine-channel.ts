import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { createEngineChannel } from "../../../packages/runners/src/isolation/engine-channel.ts";
import { packOutcomes, unpackBatch, unpackOutcomes } from "../../../packages/runners/src/isolation/engine-messages.ts";
import { holds, type FuzzTarget } from "../target.ts";

function frame(message: unknown, ...parts: string[]): Buffer {
  const envelope = Buffer.from(JSON.stringify({ message, sizes: parts.map((part) => part.length) }));
  const header = Buffer.alloc(8);
  header.writeUInt32BE(envelope.length, 0);
  header.writeUInt32BE(parts.join("").length, 4);
  return Buffer.concat([header, envelope, Buffer.from(parts.join(""))]);
}

const outputs = [
  { name: "results.json", mediaType: "application/json" },
  { name: "__proto__", mediaType: "text/plain" },
];

/** What the process of a model sends: whole messages or one fault, never an exception; what is sent comes back. */
export const target: FuzzTarget = {
  seeds: [
    Buffer.concat([
      frame({ type: "ready" }),
      frame({ type: "outcomes", id: 1, outcomes: [{ outputs }, { error: "x" }] }, "{}", "ab"),
    ]),
    frame({ type: "run", id: 1, batch: [["a", "b"]] }, "x", "y"),
  ],
  dictionary: ['"sizes":[', '"message":', "null", "-1", "1e999", "[]", '{"length":1}', "\u0000\u0000\u0000\u0002{}"],
  run(data) {
    const whole = receive([data]);
    const half = data.length >> 1;
    holds(
      whole === receive([data.subarray(0, 5), data.subarray(5, half), data.subarray(Math.max(5, half))]),
      "pieces make no difference",
    );
    const { headers, parts } = packOutcomes([
      { succeeded: true, outputs: { file: { mediaType: "a/b", bytes: data } } },
    ]);
    const [outcome] = unpackOutcomes(headers, parts);
    holds(outcome?.succeeded === true && outcome.outputs["file"]?.bytes === parts[0], "outcomes come back");
  },
};

/** All that was heard, as text. */
function receive(pieces: readonly Buffer[]): string {
  const heard: unknown[] = [];
  const socket = Object.assign(new EventEmitter(), { resume: () => undefined });
  createEngineChannel<unknown, { batch?: string[][]; outcomes?: never[] }>(socket as unknown as Socket, {
    onMessage: (message, parts) => {
      heard.push(
        message,
        parts.map((part) => part.byteLength),
      );
      // Faults of these are the channel's, as its listeners run within it.
      heard.push(unpackBatch(message.batch ?? [], parts).length, unpackOutcomes(message.outcomes ?? [], parts).length);
    },
    onFault: (error) => heard.push(String(error)),
  });
  for (const piece of pieces) socket.emit("data", piece);
  return JSON.stringify(heard);
}
