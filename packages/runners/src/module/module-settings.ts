import Type from "typebox";
import { bySchema, type KindSettings } from "../check/kind-settings.js";

const Module = Type.Object({
  file: Type.String({ minLength: 1, description: "the file of the module, such as model.mjs" }),
});

export const moduleSettings: KindSettings = {
  keys: () => ["kind", "file"],
  find: bySchema(Module),
  files: () => [["file"]],
};
