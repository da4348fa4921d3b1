import { MillraceError } from "@millrace/client";
import { Argument, type Command } from "commander";
import { withExamples } from "../terminal/examples.js";
import { withJson, type JsonOption } from "../terminal/json-option.js";
import { print, printJson } from "../terminal/print.js";
import { printable, printableLines } from "../terminal/printable.js";
import { initModel, templateKinds, type TemplateKind } from "./init.js";

interface InitOptions extends JsonOption {
  readonly from?: string;
  readonly file?: string;
}

/** `millrace models init`: a new model from a template, or from what somebody exported. */
export function addInitCommand(models: Command): void {
  // With --from, the only argument is the folder.
  const kind = new Argument("<kind>", `${templateKinds.join(", ")}; left out with --from`)
    .choices(templateKinds)
    .argParser(String);
  withExamples(
    withJson(models.command("init"))
      .description("Create a working model from a template, or from an exported one")
      .usage("[options] <kind> <folder> | --from <source> <folder>")
      .addArgument(kind)
      .argument("[folder]", "folder to create")
      .option(
        "--from <source>",
        "a Hugging Face or MLflow folder with an ONNX file, or an ONNX file of scikit-learn's (skl2onnx)",
      )
      .option("--file <file>", "which ONNX file of the Hugging Face folder (default: model.onnx or onnx/model.onnx)")
      .action(async (first: string, second: string | undefined, { from, file, json }: InitOptions) => {
        const { folder, files, notes } =
          from === undefined ? await fromTemplate(first, second, file) : await fromExport(from, first, second, file);
        if (json === true) return printJson({ folder, files, notes });
        for (const note of notes) print(printableLines(note));
        print(files.map((one) => `  ${printable(one)}`).join("\n"));
        print(
          `Try it:    millrace models test ${printable(folder)}\nDeploy it: millrace models deploy ${printable(folder)}`,
        );
      }),
    "millrace models init module my-model",
    "millrace models init --from pipeline.onnx my-rows",
  );
}

async function fromTemplate(kind: string, folder: string | undefined, file: string | undefined) {
  if (!isTemplateKind(kind))
    throw new MillraceError(
      `${kind} is no kind of model; expected ${templateKinds.join(", ")}, or --from with what you exported.`,
    );
  if (folder === undefined)
    throw new MillraceError(`A folder is required: found only ${kind}, expected for example ${kind} my-model.`);
  if (file !== undefined) throw new MillraceError("--file goes with --from.");
  return { folder, files: await initModel(kind, folder), notes: [] };
}

async function fromExport(from: string, folder: string, other: string | undefined, file: string | undefined) {
  if (other !== undefined)
    throw new MillraceError(`With --from, the folder is the only argument: found ${folder} and ${other}.`);
  const stopping = new AbortController();
  const stop = () => stopping.abort(new MillraceError("Stopped."));
  process.once("SIGINT", stop);
  try {
    // Loads what can run models, which the other commands need not wait for.
    const { importModel } = await import("./import/import-model.js");
    const { signal } = stopping;
    return { folder, ...(await importModel(from, folder, { signal, ...(file === undefined ? {} : { file }) })) };
  } finally {
    process.off("SIGINT", stop);
  }
}

function isTemplateKind(kind: string): kind is TemplateKind {
  return (templateKinds as readonly string[]).includes(kind);
}
