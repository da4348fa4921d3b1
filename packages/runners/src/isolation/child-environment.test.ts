import { expect, it } from "vitest";
import { childEnvironment } from "./child-environment.js";

it("has no setting of this process but harmless ones, and tells ONNX Runtime to send nothing", () => {
  process.env["MILLRACE_CHILD_TEST"] = "secret";
  try {
    const environment = childEnvironment(2, { PSC_MODEL_PORT: "8001" });
    expect(environment).toMatchObject({
      ORT_DISABLE_TELEMETRY: "1",
      OMP_NUM_THREADS: "2",
      MALLOC_ARENA_MAX: "2",
      PSC_MODEL_PORT: "8001",
    });
    expect(Object.values(environment)).not.toContain("secret");
  } finally {
    delete process.env["MILLRACE_CHILD_TEST"];
  }
});
