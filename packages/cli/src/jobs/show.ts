import { classPredictionsOf, type InputResult, type Job, type JobEvent, type JobResults } from "@millrace/client";
import Table from "cli-table3";
import pc from "picocolors";
import { printableIn } from "../terminal/printable.js";

const barWidth = 20;
const shownJsonCharacters = 80;
const quiet = { style: { head: ["bold"], border: ["gray"] } };

/** One line for each job. */
export function formatJobs(jobs: readonly Job[]): string {
  const table = new Table({ head: ["job", "model", "status", "inputs", "failed", "submitted"], ...quiet });
  for (const job of jobs.map(printableIn))
    table.push([
      job.jobIdentifier,
      `${job.model.name} ${job.model.version}`,
      formatStatus(job),
      job.total,
      job.failed === 0 ? "" : pc.red(String(job.failed)),
      job.submittedAt?.toISOString().slice(0, 19).replace("T", " ") ?? "",
    ]);
  return table.toString();
}

/** One line for something that happened to a job. */
export function formatEvent(given: JobEvent): string {
  const event = printableIn(given);
  if (event.type === "state") {
    const reason = event.statusReason === null ? "" : `  ${event.statusReason}`;
    return `${formatStatus(event)}${event.paused ? " (paused)" : ""}${reason}`;
  }
  if (event.type === "progress")
    return pc.gray(`${event.completed + event.failed} of ${event.total}, ${event.failed} failed`);
  return event.error === null ? event.name : `${pc.red(event.name)}  ${formatFailure(event)}`;
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
  return lines.map(([name = "", value]) => `${pc.bold(name.padEnd(9))}${value}`).join("\n");
}

/** Results as a table, classes with a bar for their score; failures with their sentences. */
export function formatResults(given: Pick<JobResults, "results" | "failures">): string {
  const { results, failures } = printableIn({ results: given.results, failures: given.failures });
  const parts: string[] = [];
  const rows = Object.entries(results).map(([name, result]) => [name, describeOutput(result["results.json"])]);
  if (rows.length > 0) {
    const table = new Table({ head: ["input", "result"], ...quiet });
    table.push(...rows);
    parts.push(table.toString());
  }
  const failed = Object.entries(failures);
  if (failed.length > 0) {
    const table = new Table({ head: ["failed", "why"], ...quiet });
    table.push(...failed.map(([name, failure]) => [pc.red(name), formatFailure(failure)]));
    parts.push(table.toString());
  }
  return parts.join("\n") || "No results yet.";
}

/** The sentence, then the code to look up or to search for; servers that are not Millrace send none. */
function formatFailure({ code, error }: { readonly code?: string | null; readonly error: string | null }): string {
  return code ? `${error} (${code})` : (error ?? "");
}

function describeOutput(output: unknown): string {
  const best = classPredictionsOf({ output } as unknown as InputResult)?.[0];
  if (best !== undefined) return `${scoreBar(best.score)} ${best.score.toFixed(3)} ${best.class}`;
  const json = output === undefined ? "no results.json; see --json" : JSON.stringify(output);
  return json.length > shownJsonCharacters ? `${json.slice(0, shownJsonCharacters)}…` : json;
}

function scoreBar(score: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, score)) * barWidth);
  return pc.cyan("█".repeat(filled)) + pc.gray("░".repeat(barWidth - filled));
}

function formatStatus({ status }: Pick<Job, "status">): string {
  if (status === "COMPLETED") return pc.green(status);
  return status === "CANCELED" || status === "TIMEDOUT" ? pc.yellow(status) : pc.cyan(status);
}
