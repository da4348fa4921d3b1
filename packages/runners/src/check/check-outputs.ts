import type { ModelManifest } from "../manifest/manifest.js";
import { isPlainFileName } from "../manifest/plain-file-name.js";
import type { Output, RunContext } from "../runner.js";
import { findNonFiniteText } from "./finite-numbers.js";
import { isJsonMediaType } from "./json-output.js";

const maximumOutputs = 100;
const maximumErrorLength = 4_096;
const keptStartLength = 3_000;
const keptEndLength = 1_000;

/**
 * Looks whether what a model returned for an input is what its `model.yaml` says: outputs that it declares, of the sizes that it
 * allows, at most 100 of them, without numbers that JSON cannot hold. The same for every kind of runner.
 *
 * @param context of the run. Sizes count only for the answers that people see: with `everyClass` they are longer, and are not kept.
 * @returns a sentence that says what is wrong; undefined when nothing is.
 */
export function checkOutputs(
  { name: model, outputs: declared }: Pick<ModelManifest, "name" | "outputs">,
  outputs: Readonly<Record<string, Output>>,
  { everyClass = false }: Pick<RunContext, "everyClass"> = {},
): string | undefined {
  const returned = Object.entries(outputs);
  if (returned.length > maximumOutputs)
    return `${model} returned ${returned.length} outputs for this input; at most ${maximumOutputs} are allowed.`;
  for (const [name, { bytes, mediaType }] of returned) {
    if (!isPlainFileName(name))
      return `${model} returned an output named ${quote(name)}, which cannot be the name of a file.`;
    const output = declared.find((one) => one.name === name);
    if (output === undefined && declared.length > 0) {
      const known = declared.map((one) => quote(one.name)).join(", ");
      return `${model} returned an output ${quote(name)}; its model.yaml declares ${known}.`;
    }
    if (output !== undefined && !everyClass && bytes.byteLength > output.maximumSizeBytes)
      return `${model} returned an output ${quote(name)} of ${bytes.byteLength} bytes; its model.yaml allows ${output.maximumSizeBytes}.`;
    const fault = isJsonMediaType(mediaType) ? findNonFiniteText(name, bytes) : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * An error of a model as it is kept and shown: of a long one the start and the end, as that is where languages name the fault, 4 KiB
 * together; characters that a database does not take are replaced.
 */
export function shortenError(text: string): string {
  const short =
    text.length <= maximumErrorLength
      ? text
      : `${text.slice(0, keptStartLength)} … ${text.length - keptStartLength - keptEndLength} characters left out … ${text.slice(-keptEndLength)}`;
  return short.replaceAll("\u0000", "\uFFFD").replaceAll(/\p{Cs}/gu, "\uFFFD");
}

function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
