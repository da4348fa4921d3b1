import { encodeJsonOutput } from "../check/json-output.js";
import type { PictureMeasures, RunOutcome } from "../runner.js";
import type { Meaning } from "./output-meaning.js";

/**
 * The outcome of an input: what its outputs mean, as JSON in the output of that name.
 *
 * @param pictures the measures of its pictures; none when not given.
 */
export function toOutcome(
  outputName: string,
  meaning: Meaning | Error,
  pictures: readonly PictureMeasures[] = [],
): RunOutcome {
  if (meaning instanceof Error) return { succeeded: false, error: meaning.message };
  const bytes = encodeJsonOutput(outputName, meaning.answer);
  if (bytes instanceof Error) return { succeeded: false, error: bytes.message };
  return {
    succeeded: true,
    outputs: { [outputName]: { mediaType: "application/json", bytes } },
    ...(pictures.length > 0 && { pictures }),
    ...(meaning.notice !== undefined && { notices: [meaning.notice] }),
  };
}
