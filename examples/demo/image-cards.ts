import { stripVTControlCharacters } from "node:util";
import type { Colors } from "picocolors/types.js";
import type { FilePrediction } from "./predictions.js";
import { scoreBar } from "./score-bar.js";
import { clip } from "./sentiment-table.js";

export interface ImageCard extends FilePrediction {
  /** Lines of terminal codes; empty when the terminal cannot show them. */
  readonly thumbnail: readonly string[];
}

/** Size of a card's image in character cells. */
export const thumbnailSize = { columns: 22, rows: 8 };

const gap = 2;
const barWidth = 10;

/** The photographs as rows of cards with the prediction below each; without images, a plain table. */
export function formatImageCards(
  cards: readonly ImageCard[],
  { colors, width }: { colors: Colors; width: number },
): string[] {
  if (cards.every(({ thumbnail }) => thumbnail.length === 0)) return formatPlainTable(cards, colors);
  const perRow = Math.max(1, Math.floor(width / (thumbnailSize.columns + gap)));
  const rowCount = Math.ceil(cards.length / perRow);
  return Array.from({ length: rowCount }, (_, row) => {
    const drawn = cards.slice(row * perRow, (row + 1) * perRow).map((card) => drawCard(card, colors));
    return [...sideBySide(drawn), ""];
  }).flat();
}

function drawCard({ fileName, predictions, thumbnail }: ImageCard, colors: Colors): string[] {
  const best = predictions[0];
  const label = best === undefined ? "" : clip(best.class, thumbnailSize.columns);
  const score = best === undefined ? "" : `${colors.cyan(scoreBar(best.score, barWidth))}  ${best.score.toFixed(2)}`;
  return [...thumbnail, colors.dim(clip(fileName, thumbnailSize.columns)), colors.bold(label), score];
}

function sideBySide(cards: readonly (readonly string[])[]): string[] {
  const height = Math.max(...cards.map((card) => card.length));
  return Array.from({ length: height }, (_, line) =>
    cards
      .map((card) => pad(card[line] ?? "", thumbnailSize.columns))
      .map((cell) => " ".repeat(gap) + cell)
      .join("")
      .trimEnd(),
  );
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stripVTControlCharacters(text).length));
}

function formatPlainTable(cards: readonly ImageCard[], colors: Colors): string[] {
  const nameWidth = Math.max(0, ...cards.map(({ fileName }) => fileName.length));
  const lines = cards.map(({ fileName, predictions }) => {
    const best = predictions[0];
    if (best === undefined) return `  ${fileName}`;
    const bar = colors.cyan(scoreBar(best.score, barWidth));
    return `  ${fileName.padEnd(nameWidth)}  ${bar}  ${best.score.toFixed(2)}  ${best.class}`;
  });
  return [...lines, ""];
}
