import { MillraceError } from "@millrace/client";
import { checkModel, ModelCheckError, type CheckStep, type Output } from "@millrace/runners";
import Table from "cli-table3";
import pc from "picocolors";
import { print, printNotice } from "../terminal/print.js";
import { printable, printableLines } from "../terminal/printable.js";
import { printWarnings } from "./warnings.js";

const shownCharacters = 400;

/**
 * Does with a model on this machine what a server does before it activates it, and shows what its samples answered.
 *
 * @throws MillraceError naming the step that failed.
 */
export async function testModel(folder: string): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new MillraceError("Stopped."));
  process.once("SIGINT", stop);
  let startedAt = performance.now();
  let current: CheckStep | undefined;
  const finishStep = () => {
    if (current !== undefined)
      printNotice(`${pc.green("✓")} ${current} (${Math.round(performance.now() - startedAt)} ms)`);
    startedAt = performance.now();
  };
  try {
    const { manifest, outputs, warnings } = await checkModel(folder, {
      signal: stopping.signal,
      // Who tests a model decides for their own machine.
      policy: { allowsNetwork: true },
      onStep(step) {
        finishStep();
        current = step;
      },
    });
    finishStep();
    if (Object.keys(outputs).length === 0) return printNotice("It has no samples: samples/input.json is empty.");
    const table = new Table({
      head: ["sample", "output", printable(manifest.name)],
      wordWrap: true,
      style: { head: ["bold"], border: ["gray"] },
    });
    for (const [sample, files] of Object.entries(outputs))
      for (const [name, output] of Object.entries(files))
        table.push([printable(sample), printable(name), preview(output)]);
    print(table.toString());
    printWarnings(warnings.map(printableLines));
  } catch (error) {
    if (error instanceof ModelCheckError) throw new MillraceError(error.message, { cause: error });
    throw error;
  } finally {
    process.off("SIGINT", stop);
  }
}

function preview({ mediaType, bytes }: Output): string {
  if (!/\bjson\b|^text\//.test(mediaType)) return `${printable(mediaType)}, ${bytes.byteLength} bytes`;
  const text = Buffer.from(bytes).toString("utf8");
  return printableLines(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);
}
