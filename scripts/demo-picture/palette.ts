// The first sixteen are not standardized; these are easy to tell apart on the dark background.
const named = [
  "#1c2128",
  "#f47067",
  "#57ab5a",
  "#d9a93c",
  "#6cb6ff",
  "#b083f0",
  "#56c8d8",
  "#adbac7",
  "#768390",
  "#ff938a",
  "#6bc46d",
  "#f0c264",
  "#8ddbff",
  "#dcbdfb",
  "#7fe3f0",
  "#ffffff",
];

/** Colors of the background and of text without a color of its own. */
export const ground = "#16191f";
export const ink = "#d7dee6";

/** One of a terminal's 256 colors as `#rrggbb`. */
export function paletteColor(index: number): string {
  const color = named[index];
  if (color !== undefined) return color;
  if (index >= 232) return hex([0, 0, 0].map(() => 8 + 10 * (index - 232)));
  const cube = index - 16;
  return hex(
    [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => (step === 0 ? 0 : 55 + 40 * step)),
  );
}

function hex(values: readonly number[]): string {
  return `#${values.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
