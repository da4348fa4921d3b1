// A server of the Open Inference Protocol v2 over gRPC, for tests: what it answers to an inference is the test's.
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** `answer` makes the response of an inference from its request; `lacks` are methods that the server does not have. */
export async function startV2GrpcServer({ answer, lacks = [] }) {
  const file = fileURLToPath(new URL("../../proto/open-inference.proto", import.meta.url));
  const service = loadSync(file, { keepCase: true, defaults: true })["inference.GRPCInferenceService"];
  const methods = {
    ServerReady: (_call, reply) => reply(null, { ready: true }),
    ModelReady: (_call, reply) => reply(null, { ready: true }),
    ModelMetadata: (_call, reply) => reply(null, { name: "sums", inputs: [{ name: "numbers" }, { name: "words" }] }),
    ModelInfer: ({ request }, reply) => reply(null, answer(request)),
  };
  const server = new grpc.Server();
  server.addService(service, Object.fromEntries(Object.entries(methods).filter(([name]) => !lacks.includes(name))));
  const port = await new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { address: `grpc://127.0.0.1:${port}`, close: async () => server.forceShutdown() };
}
