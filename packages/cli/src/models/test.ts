import { MillraceError } from "@millrace/client";
import { checkModel, ModelCheckError, parseServerKeys, type CheckStep, type Output } from "@millrace/runners";
import { colors } from "../terminal/colors.js";
import { print, printJson, printNotice } from "../terminal/print.js";
import { printable, printableLines } from "../terminal/printable.js";
import type { JsonOption } from "../terminal/json-option.js";
import { printWarnings } from "./warnings.js";

const shownCharacters = 400;

/**
 * Does with a model on this machine what a server does before it activates it, and shows what its samples answered.
 *
 * @throws MillraceError naming the step that failed.
 */
export async function testModel(folder: string, { json }: JsonOption, environment = process.env): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new MillraceError("Stopped."));
  process.once("SIGINT", stop);
  let startedAt = performance.now();
  let current: CheckStep | undefined;
  const finishStep = () => {
    if (current !== undefined)
      printNotice(`${colors.green("✓")} ${current} (${Math.round(performance.now() - startedAt)} ms)`);
    startedAt = performance.now();
  };
  try {
    const { outputs, warnings } = await checkModel(folder, {
      signal: stopping.signal,
      // Who tests a model decides for their own machine.
      policy: { allowsNetwork: true, ...serverKeysIn(environment) },
      onStep(step) {
        finishStep();
        current = step;
      },
    });
    finishStep();
    if (Object.keys(outputs).length === 0) return printNotice("It has no samples: samples/input.json is empty.");
    for (const [sample, files] of Object.entries(outputs))
      for (const [name, output] of Object.entries(files))
        if (json === true) printJson({ sample, output: name, mediaType: output.mediaType, preview: preview(output) });
        else
          print(
            `${colors.bold(`${printable(sample)}  ${printable(name)}`)}\n  ${preview(output).replaceAll("\n", "\n  ")}`,
          );
    printWarnings(warnings.map(printableLines));
  } catch (error) {
    if (error instanceof ModelCheckError) throw new MillraceError(error.message, { cause: error });
    throw error;
  } finally {
    process.off("SIGINT", stop);
  }
}

/** As a server reads them, so that a model is tested with the key that it will have. */
function serverKeysIn({ MILLRACE_MODEL_KEYS: text }: NodeJS.ProcessEnv) {
  if (text === undefined || text === "") return {};
  try {
    return { serverKeys: parseServerKeys(text) };
  } catch (error) {
    throw new MillraceError(`MILLRACE_MODEL_KEYS is not valid: ${(error as Error).message}.`, { cause: error });
  }
}

function preview({ mediaType, bytes }: Output): string {
  if (!/\bjson\b|^text\//.test(mediaType)) return `${printable(mediaType)}, ${bytes.byteLength} bytes`;
  const text = Buffer.from(bytes).toString("utf8");
  return printableLines(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);
}
