import type { ClassPrediction, Explanation, ImageExplanation, JobResults, TextExplanation } from "@millrace/contract";
import type { Job } from "../job.js";
import {
  decodeMask,
  explanationOf,
  isImageExplanation,
  isPlatformExplanation,
  isTabularExplanation,
  isTextExplanation,
} from "./explanation.js";

/**
 * A page that shows a job's results and why the model answered so. It needs nothing but itself: no scripts, no other files.
 *
 * @param pictures addresses of the inputs' pictures by input name, such as data URLs; heat maps lie over those that there are.
 * @returns HTML.
 *
 * @example
 * await writeFile("report.html", renderReport(await client.jobs.get(job), await client.results.get(job)));
 */
export function renderReport(
  job: Pick<Job, "jobIdentifier" | "model" | "status" | "total" | "completed" | "failed" | "submittedAt">,
  { results, failures }: Pick<JobResults, "results" | "failures">,
  pictures: Readonly<Record<string, string>> = {},
): string {
  const title = `${job.model.name} ${job.model.version}`;
  const inputs = Object.entries(results).map(([name, result]) => {
    const explanation = explanationOf(result);
    const notice = noticeOf(result);
    return `<section><h2>${escape(name)}</h2>${renderPredictions(predictionsOf(result))}${
      explanation === undefined
        ? `<p class="quiet">${escape(notice ?? "Not explained.")}</p>`
        : renderExplanation(explanation, pictures[name])
    }</section>`;
  });
  const failed = Object.entries(failures).map(
    ([name, { error }]) => `<tr><th>${escape(name)}</th><td>${escape(error)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}: job ${escape(job.jobIdentifier)}</title>
<style>${style}</style></head><body>
<h1>${escape(title)}</h1>
<p class="quiet">Job ${escape(job.jobIdentifier)}, ${escape(job.status)}: ${job.completed} of ${job.total} inputs completed, ${job.failed} failed${
    job.submittedAt === null ? "" : `; submitted ${escape(job.submittedAt.toISOString())}`
  }.</p>
${inputs.join("\n")}
${failed.length === 0 ? "" : `<section><h2>Failed inputs</h2><table>${failed.join("")}</table></section>`}
</body></html>
`;
}

function renderPredictions(predictions: readonly ClassPrediction[]): string {
  const rows = predictions
    .slice(0, 5)
    .map(
      ({ class: name, score }) =>
        `<tr><th>${escape(name)}</th><td><div class="bar"><i style="width:${(clamp(score) * 100).toFixed(1)}%"></i></div></td><td>${score.toFixed(3)}</td></tr>`,
    );
  return rows.length === 0 ? "" : `<table>${rows.join("")}</table>`;
}

function renderExplanation(explanation: unknown, picture: string | undefined): string {
  const facts = isPlatformExplanation(explanation) ? renderFacts(explanation) : "";
  if (isTextExplanation(explanation)) return renderWords(explanation) + facts;
  if (isImageExplanation(explanation)) return renderRegions(explanation, picture) + facts;
  if (isTabularExplanation(explanation)) {
    const largest = Math.max(...explanation.featureImportance.map(({ score }) => Math.abs(score)), 1e-12);
    const rows = explanation.featureImportance.map(
      ({ feature, condition, score }) =>
        `<tr><th>${escape(feature)} ${escape(condition)}</th><td><div class="bar"><i class="${score < 0 ? "against" : "for"}" style="width:${((Math.abs(score) / largest) * 100).toFixed(1)}%"></i></div></td><td>${score.toFixed(3)}</td></tr>`,
    );
    return `<table>${rows.join("")}</table>${facts}`;
  }
  return `<pre>${escape(JSON.stringify(explanation, null, 2))}</pre>`;
}

/** What stands between the words is not in the explanation: a gap is a space, or several. */
function renderWords({ wordImportance }: TextExplanation): string {
  const largest = Math.max(...wordImportance.map(({ score }) => Math.abs(score)), 1e-12);
  let at = wordImportance[0]?.start ?? 0;
  const words = wordImportance.map(({ word, start, end, score }) => {
    const gap = start > at ? " " : "";
    at = end;
    return `${gap}<span style="background:${colour(score / largest)}" title="${score.toFixed(4)}">${escape(word)}</span>`;
  });
  return `<p class="text">${words.join("")}</p>`;
}

function renderRegions(explanation: ImageExplanation, picture: string | undefined): string {
  const { width, height } = explanation.dimensions;
  const rows = explanation.heatMap ?? [];
  const largest = Math.max(...rows.flat().map(Math.abs), 1e-12);
  const cells = rows.flatMap((row, y) =>
    row.map((score, x) => `<rect x="${x}" y="${y}" width="1.02" height="1.02" fill="${colour(score / largest)}"/>`),
  );
  const background =
    picture === undefined ? "" : `<image href="${escape(picture)}" width="${width}" height="${height}"/>`;
  const scale = rows.length === 0 ? "" : `scale(${width / (rows[0]?.length ?? 1)} ${height / rows.length})`;
  const share = (decodeMask(explanation).data.reduce((sum, one) => sum + one, 0) / (width * height)) * 100;
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${background}<g transform="${scale}" opacity="${picture === undefined ? 1 : 0.6}">${cells.join("")}</g></svg>
<p class="quiet">${width} x ${height} pixels; what speaks most for the class takes ${share.toFixed(0)} % of them.</p>`;
}

function renderFacts({
  method,
  class: name,
  samples,
  seed,
  fidelity,
  additivityResidual,
  isPartial,
}: Explanation): string {
  const facts = [
    `for <b>${escape(name)}</b> by ${escape(method)}`,
    `${samples} samples`,
    `seed ${seed}`,
    ...(fidelity === null ? [] : [`fidelity (R²) ${fidelity.toFixed(3)}`]),
    ...(additivityResidual === null ? [] : [`additivity residual ${additivityResidual.toExponential(1)}`]),
    ...(isPartial ? ["partial: the time limit came first"] : []),
  ];
  return `<p class="quiet">${facts.join(", ")}</p>`;
}

function predictionsOf(result: object): readonly ClassPrediction[] {
  for (const output of Object.values(result)) {
    const found = (output as { data?: { result?: { classPredictions?: unknown } } } | null)?.data?.result
      ?.classPredictions;
    if (Array.isArray(found)) return found as ClassPrediction[];
  }
  return [];
}

function noticeOf(result: object): string | undefined {
  for (const output of Object.values(result)) {
    const found = (output as { data?: { explanationNotice?: unknown } } | null)?.data?.explanationNotice;
    if (typeof found === "string") return found;
  }
  return undefined;
}

/** @param strength from -1, against the class, to 1, for it. */
function colour(strength: number): string {
  const [red, green, blue] = strength < 0 ? [214, 69, 65] : [38, 143, 92];
  return `rgba(${red},${green},${blue},${Math.min(0.85, Math.abs(strength) * 0.85).toFixed(3)})`;
}

function clamp(score: number): number {
  return Math.min(1, Math.max(0, score));
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1c2733}
section{border-top:1px solid #d5dde5;padding:.5rem 0 1rem}h1,h2{font-weight:600}h2{font-size:1.05rem;overflow-wrap:anywhere}
.quiet{color:#5b6b7b;font-size:.9rem}.text{line-height:2}.text span{border-radius:.25rem;padding:.1rem .15rem}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:400;width:35%;overflow-wrap:anywhere}td:last-child{text-align:right;width:5rem}
.bar{background:#eef2f6;height:.8rem}.bar i{display:block;height:100%;background:#2f6fb0}.bar .for{background:#268f5c}.bar .against{background:#d64541}
svg{max-width:100%;max-height:28rem;background:#f4f6f8}pre{overflow:auto}`;
