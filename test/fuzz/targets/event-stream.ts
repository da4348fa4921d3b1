import { readEventStream } from "../../../packages/client/src/http/event-stream.ts";
import { readChunks } from "../../../packages/client/src/http/read-body.ts";
import { holds, type FuzzTarget } from "../target.ts";

/** Server-sent events: in whatever pieces they come, the same messages come out, none with a line end in its name. */
export const target: FuzzTarget = {
  seeds: [
    'retry: 1000\n\nevent: state\nid: 1\ndata: {"status":"OPEN"}\n\n',
    ": comment\r\ndata:a\r\ndata: b\r\n\r\n",
    "data\r\rid:\0\rdata: é\r\r",
    "\ufeffdata: x\n\n",
  ],
  dictionary: ["data:", "event:", "id:", "\n\n", "\r\n", "\r", "\0", "\ufeff", ": "],
  async run(data) {
    const whole = await read([data]);
    const third = Math.floor(data.length / 3);
    const inPieces = await read([data.subarray(0, third), data.subarray(third, third + 1), data.subarray(third + 1)]);
    holds(JSON.stringify(whole) === JSON.stringify(inPieces), "pieces make no difference");
    for (const { name, lastEventId } of whole) holds(!/[\r\n]/.test(name + lastEventId), "a field is one line");
  },
};

async function read(pieces: readonly Uint8Array[]) {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const events = [];
  for await (const event of readEventStream(readChunks(stream, new AbortController().signal))) events.push(event);
  return events;
}
