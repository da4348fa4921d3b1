/** A picture as red, green and blue bytes, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Superpixels {
  /** The superpixel of each pixel, row by row, numbered from 0. */
  readonly labels: Int32Array;
  readonly count: number;
}

const iterations = 5;
/** How much place counts against colour; 10, as the authors have it. */
const compactness = 10;

/**
 * SLIC: superpixels by k-means in colour (CIELAB) and place. Achanta, Shaji, Smith, Lucchi, Fua and Süsstrunk, "SLIC Superpixels Compared
 * to State-of-the-Art Superpixel Methods" (IEEE TPAMI 34, 2012), algorithm 1, with its step that joins what is not connected.
 *
 * @param wanted about how many there are to be.
 */
export function findSuperpixels(pixels: Pixels, wanted: number): Superpixels {
  const { width, height } = pixels;
  const lab = toLab(pixels);
  const step = Math.max(2, Math.sqrt((width * height) / wanted));
  const columns = Math.max(1, Math.round(width / step));
  const rows = Math.max(1, Math.round(height / step));
  const count = columns * rows;
  // l, a, b, x, y of each centre.
  const centres = new Float64Array(count * 5);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const x = Math.floor(((column + 0.5) * width) / columns);
      const y = Math.floor(((row + 0.5) * height) / rows);
      const at = (row * columns + column) * 5;
      for (let channel = 0; channel < 3; channel += 1) centres[at + channel] = lab[(y * width + x) * 3 + channel] ?? 0;
      centres[at + 3] = x;
      centres[at + 4] = y;
    }
  const labels = new Int32Array(width * height);
  const placeWeight = (compactness / step) ** 2;
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    assign(lab, width, height, centres, count, step, placeWeight, labels);
    moveCentres(lab, width, height, labels, centres, count);
  }
  return connect(labels, width, height, Math.max(1, Math.floor((width * height) / count / 4)));
}

function assign(
  lab: Float32Array,
  width: number,
  height: number,
  centres: Float64Array,
  count: number,
  step: number,
  placeWeight: number,
  labels: Int32Array,
): void {
  const nearest = new Float64Array(width * height).fill(Infinity);
  const reach = Math.ceil(step * 1.5);
  for (let centre = 0; centre < count; centre += 1) {
    const at = centre * 5;
    const [l, a, b, cx, cy] = centres.subarray(at, at + 5) as unknown as [number, number, number, number, number];
    const [left, right] = [Math.max(0, Math.floor(cx - reach)), Math.min(width - 1, Math.ceil(cx + reach))];
    const [top, bottom] = [Math.max(0, Math.floor(cy - reach)), Math.min(height - 1, Math.ceil(cy + reach))];
    for (let y = top; y <= bottom; y += 1)
      for (let x = left; x <= right; x += 1) {
        const pixel = y * width + x;
        const dl = (lab[pixel * 3] ?? 0) - l;
        const da = (lab[pixel * 3 + 1] ?? 0) - a;
        const db = (lab[pixel * 3 + 2] ?? 0) - b;
        const distance = dl * dl + da * da + db * db + placeWeight * ((x - cx) ** 2 + (y - cy) ** 2);
        if (distance < (nearest[pixel] ?? 0)) {
          nearest[pixel] = distance;
          labels[pixel] = centre;
        }
      }
  }
}

function moveCentres(
  lab: Float32Array,
  width: number,
  height: number,
  labels: Int32Array,
  centres: Float64Array,
  count: number,
): void {
  const sums = new Float64Array(count * 5);
  const members = new Int32Array(count);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      const centre = labels[pixel] ?? 0;
      const at = centre * 5;
      members[centre] = (members[centre] ?? 0) + 1;
      for (let channel = 0; channel < 3; channel += 1)
        sums[at + channel] = (sums[at + channel] ?? 0) + (lab[pixel * 3 + channel] ?? 0);
      sums[at + 3] = (sums[at + 3] ?? 0) + x;
      sums[at + 4] = (sums[at + 4] ?? 0) + y;
    }
  for (let index = 0; index < sums.length; index += 1) {
    const size = members[Math.floor(index / 5)] ?? 0;
    if (size > 0) centres[index] = (sums[index] ?? 0) / size;
  }
}

/** Numbers every connected piece; a small one is merged into the adjacent piece numbered before it. */
function connect(labels: Int32Array, width: number, height: number, smallest: number): Superpixels {
  const result = new Int32Array(labels.length).fill(-1);
  const stack: number[] = [];
  const piece: number[] = [];
  let count = 0;
  for (let start = 0; start < labels.length; start += 1) {
    if (result[start] !== -1) continue;
    let neighbour = -1;
    piece.length = 0;
    stack.push(start);
    result[start] = count;
    for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
      piece.push(pixel);
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (const other of [
        x > 0 ? pixel - 1 : -1,
        x < width - 1 ? pixel + 1 : -1,
        y > 0 ? pixel - width : -1,
        y < height - 1 ? pixel + width : -1,
      ]) {
        if (other < 0) continue;
        const known = result[other] ?? -1;
        if (known === -1 && labels[other] === labels[start]) {
          result[other] = count;
          stack.push(other);
        } else if (known !== -1 && known !== count) neighbour = known;
      }
    }
    if (piece.length < smallest && neighbour !== -1) for (const pixel of piece) result[pixel] = neighbour;
    else count += 1;
  }
  return { labels: result, count };
}

/** sRGB to CIELAB with the white point D65 (IEC 61966-2-1, CIE 15). */
function toLab({ data }: Pixels): Float32Array {
  const lab = new Float32Array(data.length);
  const curve = (value: number) => (value > 216 / 24_389 ? Math.cbrt(value) : ((24_389 / 27) * value + 16) / 116);
  for (let at = 0; at < data.length; at += 3) {
    const [r, g, b] = [linear[data[at] ?? 0] ?? 0, linear[data[at + 1] ?? 0] ?? 0, linear[data[at + 2] ?? 0] ?? 0];
    const x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    const y = curve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
    const z = curve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
    lab[at] = 116 * y - 16;
    lab[at + 1] = 500 * (x - y);
    lab[at + 2] = 200 * (y - z);
  }
  return lab;
}

const linear = Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});
