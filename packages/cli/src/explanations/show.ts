import {
  isImageExplanation,
  isPlatformExplanation,
  isTabularExplanation,
  isTextExplanation,
  type Explanation,
} from "@millrace/client";
import pc from "picocolors";

/** One explanation for a terminal: green speaks for the class, red against it; strong colours matter most. */
export function formatExplanation(name: string, explanation: unknown): string {
  const lines = [pc.bold(name)];
  if (isTextExplanation(explanation)) {
    const largest = largestOf(explanation.wordImportance.map(({ score }) => score));
    let at = explanation.wordImportance[0]?.start ?? 0;
    const words = explanation.wordImportance.map(({ word, start, end, score }) => {
      const gap = start > at ? " " : "";
      at = end;
      return gap + tint(word, score / largest);
    });
    lines.push(words.join(""));
  } else if (isImageExplanation(explanation)) {
    const largest = largestOf(explanation.heatMap?.flat() ?? []);
    for (const row of explanation.heatMap ?? []) lines.push(row.map((score) => tint("  ", score / largest)).join(""));
  } else if (isTabularExplanation(explanation)) {
    const largest = largestOf(explanation.featureImportance.map(({ score }) => score));
    for (const { feature, condition, score } of explanation.featureImportance) {
      const bar = "█".repeat(Math.round((Math.abs(score) / largest) * 20)).padEnd(20, "░");
      lines.push(`${score < 0 ? pc.red(bar) : pc.green(bar)} ${score.toFixed(3).padStart(7)} ${feature} ${condition}`);
    }
  } else lines.push(JSON.stringify(explanation, null, 2));
  if (isPlatformExplanation(explanation)) lines.push(pc.dim(factsOf(explanation)));
  return `${lines.join("\n")}\n`;
}

function factsOf({ method, class: name, samples, seed, fidelity, isPartial }: Explanation): string {
  const trust = fidelity === null ? "" : `, fidelity (R²) ${fidelity.toFixed(3)}`;
  return `for ${name} by ${method}, ${samples} samples, seed ${seed}${trust}${isPartial ? ", partial" : ""}`;
}

function largestOf(scores: readonly number[]): number {
  return scores.reduce((largest, score) => Math.max(largest, Math.abs(score)), 1e-12);
}

/** @param strength from -1, against the class, to 1, for it. */
function tint(text: string, strength: number): string {
  if (Math.abs(strength) >= 0.5) return strength < 0 ? pc.bgRed(pc.black(text)) : pc.bgGreen(pc.black(text));
  if (Math.abs(strength) >= 0.15) return strength < 0 ? pc.red(text) : pc.green(text);
  return text;
}
