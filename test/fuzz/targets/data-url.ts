import { encodeDataUrl } from "../../../packages/client/src/data-url.ts";
import { InputError } from "../../../packages/server/src/inputs/input-error.ts";
import { decodeDataUrl } from "../../../packages/server/src/inputs/sources/embedded/data-url.ts";
import { holds, throwsOnly, type FuzzTarget } from "../target.ts";

/** A data URL, and any bytes as the client encodes them: those come back. */
export const target: FuzzTarget = {
  seeds: [
    "data:text/plain;base64,aGVsbG8=",
    "data:,a%20b",
    "DATA:image/png; base64 ,aGVs%62G8",
    "data:;charset=x;base64,%3D",
    "data:;base64,a%1.5",
  ],
  dictionary: ["data:", ";base64", ",", "%", "%E0", "%41", "=", " ", ";"],
  async run(data) {
    throwsOnly([InputError], () => decodeDataUrl("item", data.toString("utf8")));
    holds(decodeDataUrl("item", await encodeDataUrl(data)).equals(data), "encoded bytes come back");
  },
};
