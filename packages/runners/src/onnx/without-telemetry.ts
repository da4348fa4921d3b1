// Import this before ONNX Runtime, which reads it once: otherwise it writes a device id and sends what it runs on to its maker.
// Engines have it in their environment; this is for other processes that load a model, such as tests.
process.env["ORT_DISABLE_TELEMETRY"] = "1";
