import { html, type Markup } from "./markup.js";

/** A bar from the left. @param share from 0 to 1. */
export function bar(share: number): Markup {
  const width = percent(share);
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="share" width="${width}" height="10" />
  </svg>`;
}

/** A bar from the middle: to the right for, to the left against. @param strength from -1 to 1. */
export function signedBar(strength: number): Markup {
  const width = percent(Math.abs(strength));
  return html`<svg class="bar" viewBox="-100 0 200 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="${strength < 0 ? "against" : "for"}" x="${strength < 0 ? -width : 0}" width="${width}" height="10" />
    <rect class="axis" x="-.4" width=".8" height="10" />
  </svg>`;
}

/** A row of a table for one score, whose bar is as long as the score is large among `largest`. */
export function scoreRow(label: Markup, value: number, largest: number): Markup {
  return html`<tr>
    <th scope="row">${label}</th>
    <td class="wide">${signedBar(value / largest)}</td>
    <td class="number">${score(value)}</td>
  </tr>`;
}

/** The class of the style that colours `strength`, from -1, against, to 1, for; empty for what hardly matters. */
export function strengthClass(strength: number): string {
  const step = Math.min(8, Math.round(Math.abs(strength) * 8));
  return step === 0 ? "" : `${strength < 0 ? "a" : "f"}${step}`;
}

/** The largest magnitude, which everything else is measured by; never 0. Loops, as scores may be more than an argument list holds. */
export function largestOf(scores: Iterable<number>): number {
  let largest = 1e-12;
  for (const one of scores) largest = Math.max(largest, Math.abs(one));
  return largest;
}

/** With its sign and significant digits. */
export function score(value: number): string {
  const size = Math.abs(value);
  const digits = size === 0 || (size >= 0.001 && size < 10_000) ? size.toFixed(3) : size.toExponential(1);
  return `${value < 0 ? "\u2212" : "+"}${digits}`;
}

/** A number of things, with its thousands apart. */
export function count(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

function percent(share: number): number {
  return Number((Math.min(1, Math.max(0, share)) * 100).toFixed(1));
}
