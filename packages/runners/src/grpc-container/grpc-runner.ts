import { createRemoteRunner } from "../remote/remote-runner.js";
import { connectGrpcContainer } from "./grpc-connection.js";

/** Runs models behind the gRPC container contract: `runner: {kind: grpc-container, address: "127.0.0.1:45000"}`, or `image`. */
export const grpcContainerRunner = createRemoteRunner("grpc-container", connectGrpcContainer);
