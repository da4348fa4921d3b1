import type { ClassPrediction, InputResult } from "../contract.js";
import { classPredictionsOf } from "./explanation.js";
import { html, type Markup } from "./markup.js";
import { bar, count } from "./report-bars.js";

const shownClasses = 5;
const shownClassCounts = 12;

/** The first class scores of one input. */
export function renderPredictions(predictions: readonly ClassPrediction[]): Markup {
  const rows = predictions.slice(0, shownClasses).map(
    ({ class: name, score }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="wide">${bar(score)}</td>
        <td class="number">${score.toFixed(3)}</td>
      </tr>`,
  );
  return html`<table class="predictions">
    ${rows}
  </table>`;
}

/** How often each class was the answer; nothing for a single input, which says it itself. */
export function renderClassCounts(results: readonly InputResult[]): Markup | undefined {
  const counts = new Map<string, number>();
  for (const result of results) {
    const first = classPredictionsOf(result)?.[0]?.class;
    if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  if (results.length < 2 || counts.size === 0) return undefined;
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const rows = sorted.slice(0, shownClassCounts).map(
    ([name, number]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="wide">${bar(number / results.length)}</td>
        <td class="number">${count(number)}</td>
      </tr>`,
  );
  const others = sorted.length - shownClassCounts;
  return html`<section class="card">
    <h2>Answers</h2>
    <table class="predictions">
      ${rows}
    </table>
    ${others > 0 ? html`<p class="quiet">And ${count(others)} other classes.</p>` : undefined}
  </section>`;
}
