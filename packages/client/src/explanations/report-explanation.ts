import type { Explanation } from "../contract.js";
import { explanationFacts } from "./explanation-facts.js";
import { topWords } from "./explanation.js";
import {
  isImageExplanation,
  isPlatformExplanation,
  isTabularExplanation,
  isTextExplanation,
  type FeatureImportances,
  type WordImportances,
} from "./known-forms.js";
import { html, type Markup } from "./markup.js";
import { count, largestOf, score, scoreRow, strengthClass } from "./report-bars.js";
import { renderPicture } from "./report-picture.js";

// More would take browsers seconds to render.
const shownWords = 5_000;
const shownFeatures = 50;
const shownTopWords = 8;
const shownJsonCharacters = 10_000;

/** An explanation of a form that is known as a drawing with what is known of its making; any other as JSON. */
export function renderExplanation(explanation: unknown, picture: string | undefined): Markup {
  if (!isPlatformExplanation(explanation)) {
    const drawing = draw(explanation, picture);
    return html`<h3>The model's own explanation</h3>
      ${drawing ?? renderRaw(explanation)}`;
  }
  const others = explanation.otherClasses ?? [];
  return html`${[explanation, ...others].map(
    (one) =>
      html`<h3>For <q>${one.class}</q></h3>
        ${draw(one, picture)}${renderFacts(one)}`,
  )}`;
}

/** JSON of a value without a known form, truncated to a readable length. */
export function renderRaw(value: unknown): Markup {
  let json: string;
  try {
    json = JSON.stringify(value, null, 2) ?? "";
  } catch (error) {
    // Nested deeper than the stack.
    return html`<p class="warning">It cannot be shown: ${error instanceof Error ? error.message : String(error)}</p>`;
  }
  const rest = json.length - shownJsonCharacters;
  return html`<pre>
${json.slice(0, shownJsonCharacters)}${rest > 0 ? `\n… and ${count(rest)} more characters` : ""}</pre>`;
}

function draw(explanation: unknown, picture: string | undefined): Markup | undefined {
  if (isTextExplanation(explanation)) return renderWords(explanation);
  if (isImageExplanation(explanation)) return renderPicture(explanation, picture);
  if (isTabularExplanation(explanation)) return renderFeatures(explanation);
  return undefined;
}

/** What stands between the words is not in the explanation: a gap is a space, or several. */
function renderWords(explanation: WordImportances): Markup {
  const { wordImportance } = explanation;
  const largest = largestOf(wordImportance.map((word) => word.score));
  let at = wordImportance[0]?.start ?? 0;
  const words = wordImportance.slice(0, shownWords).map(({ word, start, end, score: value }) => {
    const gap = start > at ? " " : "";
    at = end;
    return html`${gap}<span class="${strengthClass(value / largest)}" title="${score(value)}">${word}</span>`;
  });
  const rest = wordImportance.length - shownWords;
  const top = topWords(explanation, shownTopWords);
  return html`<p class="text">${words}${rest > 0 ? ` … and ${count(rest)} more words` : ""}</p>
    <table class="scores">
      ${top.map((word) => scoreRow(html`${word.word}`, word.score, largest))}
    </table>`;
}

function renderFeatures({ featureImportance }: FeatureImportances): Markup {
  const largest = largestOf(featureImportance.map((feature) => feature.score));
  const rows = featureImportance
    .slice(0, shownFeatures)
    .map(({ feature, condition, score: value }) =>
      scoreRow(html`${feature} <span class="quiet">${condition}</span>`, value, largest),
    );
  const rest = featureImportance.length - shownFeatures;
  return html`<table class="scores">
      ${rows}
    </table>
    ${rest > 0 ? html`<p class="quiet">And ${count(rest)} more columns.</p>` : undefined}`;
}

type Made = Omit<Explanation, "otherClasses">;

function renderFacts(made: Made): Markup {
  const { facts, warnings } = explanationFacts(made);
  const shown = [["method", made.method] as const, ...facts].map(
    ([name, value]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`,
  );
  return html`<dl class="facts">${shown}</dl>
    ${warnings.map((warning) => html`<p class="warning">${warning}</p>`)}`;
}
