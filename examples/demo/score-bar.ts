// From an eighth of a character cell to seven eighths.
const partialBlocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of a length proportional to the score, padded with spaces; exact to an eighth of a character. */
export function scoreBar(score: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, score)) * width * 8);
  const bar = "█".repeat(Math.floor(eighths / 8)) + (partialBlocks[eighths % 8] ?? "");
  return bar.padEnd(width);
}
