import type { InputResult, JobResults } from "../contract.js";
import type { Job } from "../job.js";
import { classPredictionsOf, explanationNoticeOf, explanationOf } from "./explanation.js";
import { isObject } from "./known-forms.js";
import { html, type Markup } from "./markup.js";
import { count } from "./report-bars.js";
import { renderExplanation, renderRaw } from "./report-explanation.js";
import { renderClassCounts, renderPredictions } from "./report-predictions.js";
import { reportStyle } from "./report-style.js";

// The page contains model output: even if the escaping failed, nothing could run or load.
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A page that shows a job's results and explains its predictions. It needs nothing but itself: no scripts, no other files. What
 * models return is untrusted: it is shown as text, and what has no form that is known, as JSON.
 *
 * @param pictures data URLs of the inputs' pictures by input name; heat maps lie over those that there are.
 * @returns HTML.
 *
 * @example
 * const results = await completeResults(client.results, await client.results.get(job));
 * await writeFile("report.html", renderReport(await client.jobs.get(job), results));
 */
export function renderReport(
  job: Pick<Job, "jobIdentifier" | "model" | "status" | "total" | "completed" | "failed" | "submittedAt">,
  { results, failures }: Pick<JobResults, "results" | "failures">,
  pictures: Readonly<Record<string, string>> = {},
): string {
  const title = `${job.model.name} ${job.model.version}`;
  const entries = Object.entries(results);
  const failed = Object.entries(failures);
  const explained = entries.filter(([, result]) => explanationOf(result) !== undefined).length;
  const tiles = [
    tile("inputs", job.total),
    tile("completed", job.completed),
    tile("explained", explained),
    tile("failed", job.failed, job.failed > 0 ? "bad" : undefined),
  ];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: job ${job.jobIdentifier}</title>
        ${reportStyle}
      </head>
      <body>
        <header>
          <h1>${job.model.name} <small>${job.model.version}</small></h1>
          <p class="quiet">Job <code>${job.jobIdentifier}</code>, ${job.status}${submitted(job.submittedAt)}</p>
          <div class="tiles">${tiles}</div>
        </header>
        <main>
          ${renderClassCounts(entries.map(([, result]) => result))}
          ${failed.length === 0 ? undefined : renderFailures(failed)} ${explained === 0 ? undefined : legend}
          ${entries.map(([name, result]) => renderInput(name, result, pictureOf(pictures, name)))}
        </main>
      </body>
    </html> `.text;
}

function tile(name: string, value: number, kind = "good"): Markup {
  return html`<div class="tile ${kind}"><b>${count(value)}</b><span>${name}</span></div>`;
}

function submitted(at: Date | null): string {
  return at === null ? "" : `, submitted ${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** One input that cannot be drawn must not take the others with it. */
function renderInput(name: string, result: InputResult, picture: string | undefined): Markup {
  let body: Markup;
  try {
    body = renderResult(result, picture);
  } catch (error) {
    body = html`<p class="warning">
        This result cannot be drawn: ${error instanceof Error ? error.message : String(error)}
      </p>
      ${renderRaw(result)}`;
  }
  return html`<section class="card">
    <h2>${name}</h2>
    ${body}
  </section>`;
}

function renderResult(result: InputResult, picture: string | undefined): Markup {
  const predictions = classPredictionsOf(result);
  const explanation = explanationOf(result);
  const notice = explanationNoticeOf(result);
  return html`${predictions === undefined ? renderOutputs(result) : renderPredictions(predictions)}
  ${explanation === undefined ? undefined : renderExplanation(explanation, picture)}
  ${explanation === undefined && predictions !== undefined ? html`<p class="quiet">${notice ?? "Not explained."}</p>` : undefined}
  ${explanation !== undefined && notice !== undefined ? html`<p class="quiet">${notice}</p>` : undefined}`;
}

/** Of models that answer no class scores: what stands in their JSON outputs, and where the others are. */
function renderOutputs(result: InputResult): Markup {
  const outputs = Object.entries(result).filter(([name]) => !entryFields.has(name));
  return html`${outputs.map(([name, value]) => {
    if (typeof value === "string") return html`<p>${name}: <code>${value}</code></p>`;
    // An explanation has its own place below.
    const data = isObject(value) && isObject(value["data"]) ? { ...value["data"], explanation: undefined } : value;
    return html`<p>${name}</p>
      ${renderRaw(data)}`;
  })}`;
}

const entryFields = new Set([
  "status",
  "engine",
  "error",
  "startTime",
  "updateTime",
  "endTime",
  "elapsedTime",
  "inputFetching",
  "outputUploading",
  "modelLatency",
  "queueTime",
  "voting",
]);

function renderFailures(failed: readonly (readonly [string, { readonly error: string }])[]): Markup {
  const rows = failed.map(
    ([name, { error }]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${error}</td>
      </tr>`,
  );
  return html`<section class="card">
    <h2>Failed inputs</h2>
    <table class="failures">
      ${rows}
    </table>
  </section>`;
}

const legend = html`<p class="legend">
  <span class="scale"
    >${["a8", "a6", "a4", "a2", "f2", "f4", "f6", "f8"].map((step) => html`<i class="${step}"></i>`)}</span
  >
  Red speaks against the class, green for it; strong colours matter most. Scores with a minus speak against.
</p>`;

function pictureOf(pictures: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(pictures, name) ? pictures[name] : undefined;
}
