// The bundled ONNX models through Millrace, beside the Python script that one would write instead, over the same bucket.
//   npm run bench -- --only models [--rounds 5] [--photographs 300] [--texts 1500] [--kind photographs|texts] [--python FILE] [--keep FILE] [--profile FOLDER] [--write]
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startChild } from "../end-to-end/child.js";
import { drawTable, markdownTable } from "../engines/report.js";
import { describeMachine } from "../engines/surroundings.js";
import { withGeneratedTables } from "../engines/written-tables.js";
import { plot } from "../plot.js";
import { compareModelSides, measureRound, type Round } from "./measure.js";
import { millraceSide } from "./millrace-side.js";
import { parseModelsOptions, type ModelsOptions } from "./options.js";
import { makePhotographs } from "./photographs.js";
import { modelsPlot, modelTable, type ComparedModel } from "./report.js";
import { findPythonVersions, missingScript, scriptSide } from "./script-side.js";
import type { Side } from "./side.js";
import { photographs, texts, type Workload } from "./workload.js";

const page = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
const picture = fileURLToPath(new URL("../../docs/pictures/models.svg", import.meta.url));

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
        if (options.only === undefined || options.only === workload.kind)
          for (const side of sides) {
            ((rounds[nameOf(workload)] ??= {})[side.name] ??= []).push(await measureRound(side, workload));
            if (options.keep !== undefined) await writeFile(options.keep, JSON.stringify(rounds));
          }
    const models = workloads.flatMap((workload) => {
      const own = new Map(Object.entries(rounds[nameOf(workload)] ?? {}));
      const [first = []] = own.values();
      if (first.length === 0) return [];
      return { name: nameOf(workload), rounds: first.length, sides: compareModelSides(own, workload.inputCount) };
    });
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

function nameOf({ kind, inputCount }: Workload): string {
  return `${inputCount.toLocaleString("en")} ${kind}`;
}

/** Runs it as its parameters say and prints its table. */
export async function runModelsBenchmark(parameters: readonly string[]): Promise<void> {
  const options = parseModelsOptions(parameters);
  console.log(`The bundled ONNX models beside a Python script, the sides in turn`);
  const machine = describeMachine();
  const { models, python } = await benchModels(options);
  for (const model of models) console.log(`${model.name}, ${model.rounds} rounds\n${drawTable(modelTable(model))}`);
  console.log([machine, python].join("\n"));
  if (!options.write) return;
  const day = new Date().toISOString().slice(0, 10);
  const rounds = Math.min(...models.map((model) => model.rounds));
  const tables = [
    `Measured on ${day}: ${machine}; Node ${process.version.slice(1)}, ${python}. ${rounds === 1 ? "One round" : `Medians of ${rounds} rounds`}.\n`,
    ...models.flatMap((model) => [`${model.name}:\n`, markdownTable(modelTable(model))]),
    `![Inputs per second, processor time and memory of Millrace and the script](pictures/models.svg)\n`,
  ];
  await writeFile(page, withGeneratedTables(await readFile(page, "utf8"), tables.join("\n"), "models"));
  await writeFile(picture, await plot(modelsPlot(models)));
}
