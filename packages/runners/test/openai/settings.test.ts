import { expect, it } from "vitest";
import { findRunnerFaults } from "../../src/manifest/runner-fault.js";
import { open } from "./fixture.js";

const settings = { kind: "openai", address: "http://127.0.0.1:1/v1", model: "m", task: "chat", prompt: "{{input}}" };
const faultsOf = async (more: object) =>
  (await findRunnerFaults({ ...settings, ...more })).map(({ path, is }) => [path.join("."), is ?? "invalid"]);

it.each([
  ["a key", { apiKey: "sk-1" }, "runner.apiKey", "unknown"],
  ["another task", { task: "images" }, "runner.task", "invalid"],
  ["no model", { model: "" }, "runner.model", "invalid"],
  ["an address with a password", { address: "https://user:secret@host/v1" }, "runner.address", "invalid"],
  ["an address with a query", { address: "https://host/v1?key=secret" }, "runner.address", "invalid"],
  ["an address of gRPC", { address: "grpc://host:1" }, "runner.address", "invalid"],
  ["too many requests at once", { concurrency: 65 }, "runner.concurrency", "invalid"],
  ["a parameter that Millrace writes", { parameters: { stream: true } }, "runner.parameters.stream", "unknown"],
  ["a system message for embeddings", { task: "embeddings", system: "x" }, "runner.system", "unknown"],
])("a model.yaml with %s is refused", async (_what, more, path, is) => {
  expect(await faultsOf(more)).toEqual([[path, is]]);
});

it("what may be a secret in an address is not shown", async () => {
  for (const address of ["https://user:secret@host/v1", "https://host/v1?key=secret", "user:secret@host"])
    await expect(open(address)).rejects.toThrow(
      "runner.address is not valid: found an address that may hold a secret (it is not shown), expected an address such as",
    );
});

it("a model.yaml that names a data item that the model does not take is refused when it is loaded", async () => {
  for (const [more, fault] of [
    [{ prompt: "{{other}}" }, 'names the data item "other"'],
    [{ images: ["photo.jpg"] }, 'names the data item "photo.jpg"'],
    [{ prompt: "Hello" }, "names no data item"],
  ] as const)
    await expect(open(settings.address, more)).rejects.toThrow(
      `runner of the model.yaml of Example 1.0.0 ${fault}; write {{input}} where the text of one belongs. Its inputs are input.`,
    );
});
