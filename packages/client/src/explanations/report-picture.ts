import { decodeMask } from "./explanation.js";
import type { ImageRegions } from "./known-forms.js";
import { html, type Markup } from "./markup.js";
import { largestOf, strengthClass } from "./report-bars.js";

// The outline of a mask is drawn as fine as this along the longer side; finer is not to be seen.
const outlineCells = 256;
const heatCells = 128;
const shownMasks = 8;
const shownWidth = 400;
const shownHeight = 340;

/**
 * A picture's explanation: the picture, and it again with the heat map over it and the masks' outlines.
 *
 * @param picture a data URL; heat map and outlines stand alone where there is none.
 */
export function renderPicture(explanation: ImageRegions, picture: string | undefined): Markup {
  const { width, height } = explanation.dimensions;
  const isShown = picture !== undefined && /^data:image\/(?:png|jpeg|webp|gif|avif);base64,[\w+/=]+$/.test(picture);
  const image = isShown
    ? html`<image href="${picture}" width="${width}" height="${height}" preserveAspectRatio="none" />`
    : undefined;
  const outlines = explanation.maskRLE.slice(0, shownMasks).map((_, index) => outlineOf(explanation, index));
  const shares = outlines.map(({ share }) => `${(share * 100).toFixed(0)} %`);
  const overlay = html`${image}${renderHeat(explanation)}${outlines.map(({ markup }) => markup)}`;
  const note =
    explanation.heatMap === undefined ? "the regions that the model marked" : "the strongest evidence for the class";
  return html`<div class="pictures">
      ${image === undefined ? undefined : figure(width, height, image, "The input")}${figure(
        width,
        height,
        overlay,
        `Outlined: ${note}, ${shares.join(", ") || "nothing"} of ${width} × ${height} pixels`,
      )}
    </div>
    ${
      picture !== undefined && !isShown
        ? html`<p class="warning">
            The picture is not shown: it is not a data URL of a PNG, JPEG, WebP, GIF or AVIF file.
          </p>`
        : undefined
    }`;
}

function figure(width: number, height: number, content: Markup, caption: string): Markup {
  const scale = Math.min(shownWidth / width, shownHeight / height);
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  return html`<figure>
    <svg viewBox="0 0 ${width} ${height}" width="${across}" height="${down}" role="img" aria-label="${caption}">
      ${content}
    </svg>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** One path for each strength: runs of cells that are alike become one stroke. */
function renderHeat({ heatMap = [], dimensions: { width, height } }: ImageRegions): Markup | undefined {
  const cells = shrink(heatMap);
  const [first] = cells;
  if (first === undefined) return undefined;
  const largest = largestOf(cells.flat());
  const paths = new Map<string, string[]>();
  for (const [y, row] of cells.entries()) {
    const kinds = row.map((cell) => strengthClass(cell / largest));
    for (const kind of new Set(kinds)) {
      if (kind === "") continue;
      const path = paths.get(kind) ?? [];
      paths.set(kind, path);
      for (const { begin, length } of runsOf(kinds.length, (x) => kinds[x] === kind))
        path.push(`M${begin} ${y}h${length}v1h${-length}z`);
    }
  }
  const drawn = [...paths].map(([kind, path]) => html`<path class="${kind}" d="${path.join("")}" />`);
  return html`<g
    class="heat"
    transform="scale(${width / first.length} ${height / cells.length})"
    shape-rendering="crispEdges"
    >${drawn}</g
  >`;
}

/** A heat map of at most `heatCells` a side: the others are left out, as they are too fine to be drawn. */
function shrink(heatMap: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const pick = <Item>(items: readonly Item[]): readonly Item[] => {
    const step = items.length / heatCells;
    return step <= 1 ? items : items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
  };
  return pick(heatMap).map(pick);
}

interface Outline {
  readonly markup: Markup;
  /** Of the pixels, how many are inside. */
  readonly share: number;
}

/** Lines between the inside and the outside of a mask, twice: dark below light is seen on any picture. */
function outlineOf(explanation: ImageRegions, index: number): Outline {
  const { width, height, data } = decodeMask(explanation, index);
  const step = Math.max(1, Math.max(width, height) / outlineCells);
  const [columns, rows] = [width, height].map((side) => Math.max(1, Math.round(side / step))) as [number, number];
  const isInside = (x: number, y: number) =>
    x >= 0 &&
    y >= 0 &&
    x < columns &&
    y < rows &&
    data[Math.floor(((y + 0.5) * height) / rows) * width + Math.floor(((x + 0.5) * width) / columns)] === 1;
  const lines: string[] = [];
  for (let y = 0; y <= rows; y += 1)
    for (const { begin, length } of runsOf(columns, (x) => isInside(x, y) !== isInside(x, y - 1)))
      lines.push(`M${begin} ${y}h${length}`);
  for (let x = 0; x <= columns; x += 1)
    for (const { begin, length } of runsOf(rows, (y) => isInside(x, y) !== isInside(x - 1, y)))
      lines.push(`M${x} ${begin}v${length}`);
  const d = lines.join("");
  const transform = `scale(${width / columns} ${height / rows})`;
  const inside = (explanation.maskRLE[index] ?? []).reduce((sum, run, place) => sum + (place % 2 === 1 ? run : 0), 0);
  return {
    markup: html`<g class="outline" transform="${transform}"><path class="below" d="${d}" /><path d="${d}" /></g>`,
    share: inside / (width * height),
  };
}

function* runsOf(end: number, isSet: (place: number) => boolean): Generator<{ begin: number; length: number }> {
  let begin = -1;
  for (let place = 0; place <= end; place += 1) {
    const set = place < end && isSet(place);
    if (set && begin < 0) begin = place;
    if (!set && begin >= 0) {
      yield { begin, length: place - begin };
      begin = -1;
    }
  }
}
