import Type from "typebox";
import { bySchema } from "../check/kind-settings.js";
import type { RunnerSettings } from "../manifest/manifest.js";
import { containerEngines } from "../isolation/container-engine.js";
import type { ManifestFault } from "../manifest/manifest-fault.js";

/** The fields of every kind of runner whose model is a server. */
export const serverKeys: readonly string[] = ["kind", "address", "image", "engine"];

const text = Type.String({ minLength: 1, description: "a non-empty string" });
const directory = Type.Union([text, Type.Object({ here: text, there: text }, { additionalProperties: false })], {
  description: "a path, or { here, there }",
});
const Server = Type.Object({
  address: Type.Optional(text),
  image: Type.Optional(Type.String({ pattern: "^[^-]", description: "the name of a container image" })),
  engine: Type.Optional(Type.Enum([...containerEngines], { description: containerEngines.join(" or ") })),
  directory: Type.Optional(directory),
});
const findFieldFaults = bySchema(Server);

/** What is wrong with the fields that say where a model server is. */
export function findServerFaults(settings: RunnerSettings): readonly ManifestFault[] {
  return [...findFieldFaults(settings), ...findPlaceFaults(settings)];
}

/** A server is somewhere, or is started from an image. */
function findPlaceFaults(settings: RunnerSettings): readonly ManifestFault[] {
  const { address, image } = settings;
  if ((address === undefined) !== (image === undefined)) return [];
  const expected = 'an address such as "127.0.0.1:45000", or a container image, but not both';
  return address === undefined
    ? [{ path: ["runner", "address"], is: "missing", expected }]
    : [{ path: ["runner", "image"], expected }];
}
