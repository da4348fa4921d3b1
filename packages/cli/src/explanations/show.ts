import {
  explanationFacts,
  isImageExplanation,
  isPlatformExplanation,
  isTabularExplanation,
  isTextExplanation,
  type Explanation,
} from "@millrace/client";
import { colors } from "../terminal/colors.js";
import { printsColors } from "../terminal/print.js";
import { printable, printableJson } from "../terminal/printable.js";

const shownWords = 2_000;
const shownFeatures = 40;
const barWidth = 20;

/**
 * One explanation for a terminal: green speaks for the class, red against it, strong colours matter most. Without colours scores have
 * signs, and heat maps are of characters.
 */
export function formatExplanation(name: string, explanation: unknown, hasColours = printsColors()): string {
  const lines = [colors.bold(printable(name))];
  if (isPlatformExplanation(explanation))
    for (const one of [explanation, ...(explanation.otherClasses ?? [])])
      lines.push(...draw(one, hasColours), ...factsOf(one));
  else lines.push(...draw(explanation, hasColours));
  return `${lines.join("\n")}\n`;
}

/** Why an input has no explanation. */
export function formatNotice(name: string, notice: string): string {
  return `${colors.bold(printable(name))}\n${colors.yellow(printable(notice))}\n`;
}

function draw(explanation: unknown, hasColours: boolean): string[] {
  if (isTextExplanation(explanation)) return [drawWords(explanation.wordImportance, hasColours)];
  if (isImageExplanation(explanation)) {
    const { heatMap, dimensions, maskRLE } = explanation;
    const mask = `${dimensions.width} x ${dimensions.height} pixels, ${maskRLE.length} mask(s): --image and --png draw them over the image`;
    return [...(heatMap === undefined ? [] : drawHeat(heatMap, hasColours)), colors.dim(mask)];
  }
  if (isTabularExplanation(explanation)) return drawFeatures(explanation.featureImportance);
  return [printableJson(explanation, 2)];
}

function drawWords(
  words: readonly { word: string; start: number; end: number; score: number }[],
  hasColours: boolean,
): string {
  const largest = largestOf(words.map(({ score }) => score));
  let at = words[0]?.start ?? 0;
  const drawn = words.slice(0, shownWords).map(({ word, start, end, score }) => {
    const gap = start > at ? " " : "";
    at = end;
    return gap + drawWord(printable(word), score, largest, hasColours);
  });
  const rest = words.length - shownWords;
  return drawn.join("") + (rest > 0 ? ` … and ${rest} more words` : "");
}

function drawWord(word: string, score: number, largest: number, hasColours: boolean): string {
  const strength = Math.abs(score) / largest;
  if (!hasColours) return strength < 0.05 ? word : `${word}(${signed(score)})`;
  if (strength >= 0.5) return score < 0 ? colors.bgRed(colors.black(word)) : colors.bgGreen(colors.black(word));
  if (strength >= 0.15) return score < 0 ? colors.red(word) : colors.green(word);
  return word;
}

// Of the 256 colours, from dark to bright.
const greens = [22, 28, 34, 40, 46];
const reds = [52, 88, 124, 160, 196];
const densities = " .:-=+*#";

function drawHeat(heatMap: readonly (readonly number[])[], hasColours: boolean): string[] {
  const largest = largestOf(heatMap.flat());
  const rows = heatMap.map((row) =>
    row.map((score) => (hasColours ? colourCell(score / largest) : densityCell(score / largest))).join(""),
  );
  return hasColours ? rows : [...rows, `"${densities}" by strength; ~ marks evidence against the class`];
}

/** Two columns wide, so that cells are square. */
function colourCell(strength: number): string {
  const colour = (strength < 0 ? reds : greens)[Math.round(Math.abs(strength) * greens.length) - 1];
  return colour === undefined ? "  " : `\u001B[48;5;${colour}m  \u001B[49m`;
}

function densityCell(strength: number): string {
  const density = densities[Math.round(Math.abs(strength) * (densities.length - 1))] ?? " ";
  return density + (strength < 0 && density !== " " ? "~" : density);
}

function drawFeatures(features: readonly { feature: string; condition: string; score: number }[]): string[] {
  const largest = largestOf(features.map(({ score }) => score));
  const rows = features.slice(0, shownFeatures).map(({ feature, condition, score }) => {
    const bar = "█".repeat(Math.round((Math.abs(score) / largest) * barWidth)).padEnd(barWidth, "░");
    return `${score < 0 ? colors.red(bar) : colors.green(bar)} ${signed(score).padStart(8)} ${printable(feature)} ${printable(condition)}`;
  });
  const rest = features.length - shownFeatures;
  return rest > 0 ? [...rows, `… and ${rest} more columns`] : rows;
}

type Made = Omit<Explanation, "otherClasses">;

function factsOf(made: Made): string[] {
  const { facts, warnings } = explanationFacts(made);
  const list = facts.map(([name, value]) => `${name} ${value}`).join(", ");
  return [
    colors.dim(`for ${printable(made.class)} by ${made.method}: ${list}`),
    ...warnings.map((warning) => colors.yellow(printable(warning))),
  ];
}

function signed(score: number): string {
  const size = Math.abs(score);
  return `${score < 0 ? "-" : "+"}${size === 0 || size >= 0.005 ? size.toFixed(2) : size.toExponential(0)}`;
}

/** A loop, because there may be more scores than an argument list can hold. */
function largestOf(scores: readonly number[]): number {
  return scores.reduce((largest, score) => Math.max(largest, Math.abs(score)), 1e-12);
}
