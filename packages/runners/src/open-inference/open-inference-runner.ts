import { createRemoteRunner } from "../remote/remote-runner.js";
import { connectOpenInference } from "./connect.js";

/**
 * Runs models behind the Open Inference Protocol v2 (Triton, KServe, MLServer, OpenVINO):
 * `runner: {kind: open-inference, address: "http://host:8000" | "grpc://host:8001", model, inputs}`.
 */
export const openInferenceRunner = createRemoteRunner("open-inference", connectOpenInference);
