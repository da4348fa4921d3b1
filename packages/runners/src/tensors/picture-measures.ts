import type { PictureMeasures } from "../runner.js";
import type { PictureFrame } from "./picture-frame.js";

// Contrast is that of details of a 64th of the picture, however many pixels the model takes.
const cells = 64;

/**
 * Measures what a model sees of a picture.
 *
 * @param item the data item.
 * @param pixels red, green and blue.
 * @param size of what the pixels show; bars around the picture do not count.
 * @param frame where the picture is in them.
 */
export function measurePixels(
  item: string,
  pixels: Uint8Array,
  size: { readonly width: number; readonly height: number },
  frame: PictureFrame,
): PictureMeasures {
  const columns = spanOf(size.width, frame.left, frame.width, frame.scaleX);
  const rows = spanOf(size.height, frame.top, frame.height, frame.scaleY);
  const across = Math.min(cells, columns.length);
  const sums = new Float64Array(across * Math.min(cells, rows.length));
  const counts = new Uint32Array(sums.length);
  const cellOf = Uint8Array.from({ length: columns.length }, (_, x) => cellAt(x, columns.length));
  for (let y = 0; y < rows.length; y += 1) {
    const firstCell = cellAt(y, rows.length) * across;
    const first = (rows.first + y) * size.width + columns.first;
    for (let x = 0; x < columns.length; x += 1) {
      const at = (first + x) * 3;
      const cell = firstCell + (cellOf[x] as number);
      (sums[cell] as number) += greyLevel(pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number);
      (counts[cell] as number) += 1;
    }
  }
  const greys = sums.map((sum, cell) => sum / ((counts[cell] as number) * 255));
  const brightness = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  const variance = greys.reduce((sum, grey) => sum + (grey - brightness) ** 2, 0) / greys.length;
  return { item, width: frame.width, height: frame.height, brightness, contrast: Math.sqrt(variance) };
}

interface Span {
  readonly first: number;
  /** At least 1. */
  readonly length: number;
}

/** The pixels of the picture along one side. */
function spanOf(size: number, start: number, length: number, scale: number): Span {
  const first = Math.min(size - 1, Math.max(0, Math.round(-start / scale)));
  const end = Math.max(first + 1, Math.min(size, Math.round((length - start) / scale)));
  return { first, length: end - first };
}

function cellAt(place: number, length: number): number {
  return length <= cells ? place : Math.floor((place * cells) / length);
}

/** ITU-R BT.601. */
export function greyLevel(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
