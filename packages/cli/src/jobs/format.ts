import { classPredictionsOf, type Job, type JobEvent, type ResultLine } from "@millrace/client";
import { colors } from "../terminal/colors.js";
import { printableIn } from "../terminal/printable.js";
import type { Column } from "../terminal/table.js";

const barWidth = 16;

/** Columns of a list of jobs. */
export const jobColumns: readonly Column<Job>[] = [
  { name: "job", text: ({ jobIdentifier }) => jobIdentifier, isWhole: true },
  { name: "model", text: ({ model }) => `${model.name} ${model.version}` },
  { name: "status", text: ({ status }) => status, color: colorOf, isWhole: true },
  { name: "inputs", text: ({ total }) => total },
  { name: "failed", text: ({ failed }) => failed || "", color: () => colors.red },
  { name: "submitted", text: ({ submittedAt }) => submittedAt?.toISOString().slice(0, 19).replace("T", " ") },
];

/** Columns of results: what the model answered, or why there is no answer. */
export const resultColumns: readonly Column<ResultLine>[] = [
  { name: "input", text: ({ input }) => input, color: (line) => (hasFailed(line) ? colors.red : undefined) },
  {
    name: "result",
    text: describeResult,
    draw: drawResult,
    color: (line) => (hasFailed(line) ? colors.red : undefined),
  },
];

export function hasFailed({ status }: Pick<ResultLine, "status">): boolean {
  return status === "FAILED";
}

/** One line for something that happened to a job. */
export function formatEvent(given: JobEvent): string {
  const event = printableIn(given);
  if (event.type === "state") {
    const reason = event.statusReason === null ? "" : `  ${event.statusReason}`;
    return `${formatStatus(event)}${event.paused ? " (paused)" : ""}${reason}`;
  }
  if (event.type === "progress")
    return colors.gray(`${event.completed + event.failed} of ${event.total}, ${event.failed} failed`);
  return event.error === null ? event.name : `${colors.red(event.name)}  ${formatFailure(event)}`;
}

/** A summary of a job. */
export function formatJob(given: Job): string {
  const job = printableIn(given);
  const lines = [
    ["Job", job.jobIdentifier],
    ["Model", `${job.model.name} ${job.model.version} (${job.model.identifier})`],
    ["Status", formatStatus(job)],
    ["Inputs", `${job.total}: ${job.completed} completed, ${job.failed} failed, ${job.pending} pending`],
    ["Elapsed", `${(job.elapsedTime / 1_000).toFixed(1)} s`],
  ];
  return lines.map(([name = "", value]) => `${colors.bold(name.padEnd(9))}${value}`).join("\n");
}

/** The sentence, then the code to look up or to search for; servers that are not Millrace send none. */
function formatFailure({ code, error }: { readonly code?: string | null; readonly error: string | null }): string {
  return code ? `${error} (${code})` : (error ?? "");
}

function describeResult(line: ResultLine): string {
  if (hasFailed(line)) return formatFailure(line);
  const best = classPredictionsOf(line)?.[0];
  if (best !== undefined) return `${best.class} ${best.score.toFixed(3)}`;
  const output = line["results.json"];
  return output === undefined ? "no results.json: see millrace jobs download" : JSON.stringify(output);
}

function drawResult(line: ResultLine): string | undefined {
  const best = hasFailed(line) ? undefined : classPredictionsOf(line)?.[0];
  if (best === undefined) return undefined;
  return printableIn(`${scoreBar(best.score)} ${best.score.toFixed(3)} ${best.class}`);
}

function scoreBar(score: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, score)) * barWidth);
  return "█".repeat(filled) + "░".repeat(barWidth - filled);
}

function formatStatus({ status }: Pick<Job, "status">): string {
  return colorOf({ status })(status);
}

function colorOf({ status }: Pick<Job, "status">): (text: string) => string {
  if (status === "COMPLETED") return colors.green;
  return status === "CANCELED" || status === "TIMEDOUT" ? colors.yellow : colors.cyan;
}
