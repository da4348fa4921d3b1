// `npm run fuzz -- [--seconds N] [--seed N] [--dry] [target...]`: fuzzes the parsers that read what others wrote, each for N
// seconds (10), and keeps what reached something new in corpus/. Exits with 1 when anything was found.
import { parseArgs } from "node:util";
import { writeCorpus } from "./corpus.ts";
import { fuzzTarget, targetNames } from "./fuzz-target.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    dry: { type: "boolean", default: false },
  },
});
const unknown = positionals.find((name) => !targetNames.includes(name));
if (unknown !== undefined) throw new Error(`There is no target ${unknown}: expected ${targetNames.join(", ")}.`);
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
let executions = 0;
let findingCount = 0;
for (const name of positionals.length > 0 ? positionals : targetNames) {
  const line = (report: { executions: number; reached: number; corpus: readonly unknown[] }) =>
    `${name.padEnd(24)} ${String(report.executions).padStart(9)} executions, ${report.reached} reached, ${report.corpus.length} inputs`;
  const onProgress = process.stdout.isTTY
    ? (report: Parameters<typeof line>[0]) => process.stdout.write(`\r${line(report)}`)
    : () => undefined;
  const report = await fuzzTarget(name, { seconds, seed, onProgress });
  console.log(`${process.stdout.isTTY ? "\r" : ""}${line(report)}, ${report.findings.length} findings`);
  for (const { error, input } of report.findings)
    console.error(
      `  ${error}\n  input (${input.length} bytes): ${JSON.stringify(Buffer.from(input).toString("latin1"))}`,
    );
  executions += report.executions;
  findingCount += report.findings.length;
  if (!values.dry) await writeCorpus(name, report.corpus);
}
console.log(`${executions} executions with the seed ${seed}, ${findingCount} findings`);
process.exitCode = findingCount === 0 ? 0 : 1;
