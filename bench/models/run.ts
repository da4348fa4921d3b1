// The bundled ONNX models through Millrace, beside the Python script that one would write instead, over the same bucket.
//   npm run bench -- --only models [--rounds 5] [--photographs 300] [--texts 1500] [--python FILE] [--keep FILE] [--profile FOLDER] [--write]
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { startChild } from "../end-to-end/child.js";
import { drawTable } from "../engines/report.js";
import { compareModelSides, measureRound, type Round } from "./measure.js";
import { millraceSide } from "./millrace-side.js";
import { parseModelsOptions, type ModelsOptions } from "./options.js";
import { makePhotographs } from "./photographs.js";
import { modelsTable, type ComparedModel } from "./report.js";
import { findPythonVersions, missingScript, scriptSide } from "./script-side.js";
import type { Side } from "./side.js";
import { photographs, texts, type Workload } from "./workload.js";

export interface ModelsResult {
  readonly models: readonly ComparedModel[];
  /** Of Python and its packages, or why the script is missing. */
  readonly python: string;
}

/** Each round starts every side anew, in turn. */
export async function benchModels(options: ModelsOptions): Promise<ModelsResult> {
  const folder = await makePhotographs();
  const objects = startChild("object-server.ts", [], [`photographs=${folder}`]);
  try {
    const endpoint = `http://127.0.0.1:${await objects.receive<number>()}`;
    const versions = await findPythonVersions(options.python);
    const sides: Side[] = [millraceSide(endpoint, options.profileDirectory)];
    // Which one is faster depends on the machine.
    if (versions !== undefined)
      sides.push(scriptSide(options.python, endpoint, 0), scriptSide(options.python, endpoint, 1));
    const workloads: Workload[] = [
      { ...photographs, inputCount: options.photographs },
      { ...texts, inputCount: options.texts },
    ];
    const rounds = await readRounds(options.keep);
    for (let round = 0; round < options.rounds; round += 1)
      for (const workload of workloads)
        if (workload.inputCount > 0)
          for (const side of sides)
            (ownRounds(rounds, workload)[side.name] ??= []).push(await measureRound(side, workload));
    if (options.keep !== undefined) await writeFile(options.keep, JSON.stringify(rounds));
    const models = workloads
      .filter(({ inputCount }) => inputCount > 0)
      .map((workload) => ({
        name: nameOf(workload),
        sides: compareModelSides(new Map(Object.entries(ownRounds(rounds, workload))), workload.inputCount),
      }));
    return { models, python: versions ?? missingScript(options.python) };
  } finally {
    await objects.end();
  }
}

/** By the names of workloads and of sides, which are ours. */
type Rounds = Record<string, Record<string, Round[]>>;

async function readRounds(file: string | undefined): Promise<Rounds> {
  return file !== undefined && existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as Rounds) : {};
}

function ownRounds(rounds: Rounds, workload: Workload): Record<string, Round[]> {
  return (rounds[nameOf(workload)] ??= {});
}

function nameOf({ kind, inputCount }: Workload): string {
  return `${inputCount.toLocaleString("en")} ${kind}`;
}

/** Runs it as its parameters say and prints its table. */
export async function runModelsBenchmark(parameters: readonly string[]): Promise<void> {
  const options = parseModelsOptions(parameters);
  console.log(`The bundled ONNX models beside a Python script, medians of ${options.rounds} rounds, the sides in turn`);
  const { models, python } = await benchModels(options);
  console.log(drawTable(modelsTable(models)));
  console.log(python);
}
