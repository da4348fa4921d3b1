import type { Colors } from "picocolors/types.js";
import type { FilePrediction } from "./predictions.js";
import { scoreBar } from "./score-bar.js";

export interface SentimentRow extends FilePrediction {
  readonly text: string;
}

export interface SentimentTableOptions {
  readonly colors: Colors;
  /** Width of the terminal in characters. */
  readonly width: number;
  /** Maximum number of rows. Further ones are dropped evenly from the middle, and a line says how many. */
  readonly maximumRows: number;
}

const barWidth = 10;
const labelWidth = 8;

/** The texts from most positive to most negative, one per line, with a bar for the score of the predicted class. */
export function formatSentimentTable(rows: readonly SentimentRow[], options: SentimentTableOptions): string[] {
  const { colors, width, maximumRows } = options;
  const sorted = rows.toSorted((a, b) => gladness(b) - gladness(a));
  const shown = pickEvenly(sorted, maximumRows);
  const nameWidth = Math.max(0, ...shown.map(({ fileName }) => fileName.length));
  // Two before the name, two between each of the five cells, four for the number.
  const textWidth = width - nameWidth - labelWidth - barWidth - 2 - 4 * 2 - 4;
  const lines = shown.map(({ fileName, predictions, text }) => {
    const best = predictions[0];
    if (best === undefined) return `  ${fileName}`;
    const paint = paintOf(best.class, colors);
    const cells = [
      fileName.padEnd(nameWidth),
      paint(best.class.padEnd(labelWidth)),
      paint(scoreBar(best.score, barWidth)),
      best.score.toFixed(2),
      colors.dim(clip(text, textWidth)),
    ];
    return `  ${cells.join("  ")}`.trimEnd();
  });
  const leftOut = rows.length - shown.length;
  if (leftOut > 0) lines.push(colors.dim(`  ${leftOut} more with: npx millrace demo --all`));
  return [...lines, "", `  ${summary(rows, colors)}`];
}

/** Shortens a text to one line of the given width; a shortened text ends at a word with "…". */
export function clip(text: string, width: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= width) return line;
  const cut = line.slice(0, Math.max(0, width - 1));
  return `${cut.replace(/\s+\S*$/, "") || cut}…`;
}

function pickEvenly<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  const distance = (items.length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, index) => items[Math.round(index * distance)]).filter(
    (item) => item !== undefined,
  );
}

function gladness({ predictions }: FilePrediction): number {
  const scoreOf = (name: string) => predictions.find((prediction) => prediction.class === name)?.score ?? 0;
  return scoreOf("positive") - scoreOf("negative");
}

function paintOf(label: string, colors: Colors): (text: string) => string {
  return label === "positive" ? colors.green : label === "negative" ? colors.red : colors.yellow;
}

function summary(rows: readonly SentimentRow[], colors: Colors): string {
  return ["positive", "neutral", "negative"]
    .map((label) => {
      const count = rows.filter(({ predictions }) => predictions[0]?.class === label).length;
      return `${paintOf(label, colors)("■")} ${count} ${label}`;
    })
    .join("   ");
}
