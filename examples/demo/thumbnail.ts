import sharp from "sharp";

/** How a terminal shows a color: 24 bits, or the 256 colors that nearly every terminal has. */
export type ColorDepth = 8 | 24;

/** The part of a terminal cell that shows two pixels: the upper half in the foreground color. */
const upperHalf = "▀";
const reset = "\u001b[0m";

/**
 * Draws a photograph in character cells, each with two pixels, one above the other.
 *
 * @param size of the drawing in cells; the image is cropped to this shape around its most salient part
 * @returns one string of terminal codes per line
 */
export async function drawThumbnail(
  image: Uint8Array,
  size: { readonly columns: number; readonly rows: number },
  depth: ColorDepth,
): Promise<string[]> {
  const { columns, rows } = size;
  const pixels = await sharp(image)
    .resize(columns, rows * 2, { fit: "cover", position: "attention" })
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer();
  const color = (column: number, line: number) => {
    const at = (line * columns + column) * 3;
    return colorCode([pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0], depth);
  };
  return Array.from({ length: rows }, (_, row) => {
    const cells = Array.from(
      { length: columns },
      (_, column) => `\u001b[38;${color(column, row * 2)};48;${color(column, row * 2 + 1)}m${upperHalf}`,
    );
    return cells.join("") + reset;
  });
}

function colorCode([red, green, blue]: readonly [number, number, number], depth: ColorDepth): string {
  if (depth === 24) return `2;${red};${green};${blue}`;
  // xterm's 6 x 6 x 6 color cube starts at 16.
  const step = (value: number) => Math.round((value / 255) * 5);
  return `5;${16 + 36 * step(red) + 6 * step(green) + step(blue)}`;
}
