// A server of the gRPC container contract, for tests: answers the length of each input in upper-case hexadecimal.
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const limit = 250 * 2 ** 20;

/** Starts a server; `behave` names what it does differently. */
export async function startGrpcServer({ port = 0, host = "127.0.0.1", loads = true, batchSize = 4 } = {}) {
  const file = fileURLToPath(new URL("../../proto/model.proto", import.meta.url));
  const definition = loadSync(file, { keepCase: true, defaults: true });
  const calls = { statuses: 0, batches: [] };
  let loaded = false;
  const server = new grpc.Server({ "grpc.max_receive_message_length": limit, "grpc.max_send_message_length": limit });
  server.addService(definition.ModzyModel, {
    Status(_call, answer) {
      calls.statuses += 1;
      loaded = loads;
      if (!loads) return answer(null, { status_code: 500, status: "Internal Server Error", message: "no weights.bin" });
      answer(null, { status_code: 200, status: "OK", message: "ready", features: { batch_size: batchSize } });
    },
    Run({ request }, answer) {
      if (!loaded) return answer({ code: grpc.status.UNKNOWN, details: "Status was not called" });
      calls.batches.push(request.inputs.length);
      const items = request.inputs.map(({ input }) => runOne(input, request.explain));
      if (items.includes("hang")) return;
      if (items.includes("exit")) process.exit(3);
      if (items.includes("raise")) return answer({ code: grpc.status.UNKNOWN, details: "the model raised" });
      answer(null, { status_code: 200, status: "OK", message: "", outputs: items });
    },
    Shutdown: (_call, answer) => answer(null, { status_code: 200, status: "OK", message: "bye" }),
  });
  const bound = await new Promise((resolve, reject) =>
    server.bindAsync(`${host}:${port}`, grpc.ServerCredentials.createInsecure(), (error, number) =>
      error ? reject(error) : resolve(number),
    ),
  );
  return { address: `127.0.0.1:${bound}`, calls, close: () => server.forceShutdown() };
}

function runOne(input, explain) {
  const text = input.input?.subarray(0, 40).toString() ?? "";
  if (["hang", "exit", "raise"].includes(text)) return text;
  if (text === "plain error") return { output: { error: Buffer.from("it is not what I take") }, success: false };
  if (text === "json error") return { output: { error: Buffer.from('{"error_message": "refused"}') }, success: true };
  const result = { data: { result: { sizeBytes: input.input?.length }, explanation: explain ? "long" : null } };
  return { output: { "results.json": Buffer.from(JSON.stringify(result)) }, success: true };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await startGrpcServer({ port: Number(process.env.PSC_MODEL_PORT), host: process.env.MODEL_HOST });
