import sharp from "sharp";
import { ground, ink } from "./palette.js";
import type { Cell } from "./record-terminal.js";

// In SVG units. A cell is twice as high as wide, so a half block is square.
const cellWidth = 9;
const cellHeight = 18;
const margin = 22;
const titleHeight = 34;
const blocks = "▏▎▍▌▋▊▉█";

/** Draws the lines of a terminal as a window that looks the same on light and dark pages. */
export async function drawTerminalSvg(lines: readonly (readonly Cell[])[], title: string): Promise<string> {
  const columns = Math.max(...lines.map((line) => line.length));
  const width = columns * cellWidth + 2 * margin;
  const height = lines.length * cellHeight + titleHeight + 2 * margin;
  const rows = lines.map((line, row) => drawBars(line, row) + drawTexts(line, row)).join("");
  const dots = ["#f47067", "#d9a93c", "#57ab5a"].map((color, index) => {
    return `<circle cx="${24 + index * 20}" cy="${titleHeight / 2 + 2}" r="6" fill="${color}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="12" fill="${ground}" stroke="#444c56"/>`,
    ...dots,
    `<text x="${width / 2}" y="${titleHeight / 2 + 7}" fill="#8b949e" font-size="13" text-anchor="middle" font-family="system-ui,sans-serif">${escape(title)}</text>`,
    `<g transform="translate(${margin} ${margin + titleHeight})" font-size="15" fill="${ink}" xml:space="preserve" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace">`,
    await drawPixels(lines, columns),
    rows,
    "</g></svg>",
    "",
  ].join("\n");
}

/** All half blocks as one small image: thousands of rectangles would take a megabyte. */
async function drawPixels(lines: readonly (readonly Cell[])[], columns: number): Promise<string> {
  const height = lines.length * 2;
  const pixels = Buffer.alloc(columns * height * 4);
  const paint = (column: number, line: number, color: string | undefined) => {
    if (color !== undefined)
      pixels.writeUInt32BE(Number.parseInt(color.slice(1), 16) * 256 + 255, (line * columns + column) * 4);
  };
  lines.forEach((line, row) =>
    line.forEach((cell, column) => {
      if (cell.text !== "▀") return;
      paint(column, row * 2, cell.foreground);
      paint(column, row * 2 + 1, cell.background);
    }),
  );
  const png = await sharp(pixels, { raw: { width: columns, height, channels: 4 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const size = `width="${columns * cellWidth}" height="${height * (cellHeight / 2)}"`;
  return `<image ${size} style="image-rendering:pixelated" href="data:image/png;base64,${png.toString("base64")}"/>`;
}

/** Bars as rectangles: characters would show gaps in many fonts. */
function drawBars(line: readonly Cell[], row: number): string {
  return runsOf(line, (cell) => cell.text !== " " && (blocks + "░").includes(cell.text))
    .map(({ start, cells }) => {
      const eighths = cells.reduce((sum, { text }) => sum + (text === "░" ? 8 : blocks.indexOf(text) + 1), 0);
      const place = `x="${start * cellWidth}" y="${row * cellHeight + 4}" width="${(eighths / 8) * cellWidth}" height="${cellHeight - 8}" rx="1.5"`;
      const opacity = cells[0]?.text === "░" ? ' opacity="0.25"' : "";
      return `<rect ${place} fill="${cells[0]?.foreground ?? ink}"${opacity}/>\n`;
    })
    .join("");
}

function drawTexts(line: readonly Cell[], row: number): string {
  return runsOf(line, (cell) => !(" ▀░" + blocks).includes(cell.text))
    .map(({ start, cells }) => {
      const text = cells.map((cell) => cell.text).join("");
      const { foreground, isBold, isDim } = cells[0] ?? {};
      const style = [
        foreground === undefined ? "" : ` fill="${foreground}"`,
        isBold ? ' font-weight="700"' : "",
        isDim ? ' opacity="0.62"' : "",
      ].join("");
      const place = `x="${start * cellWidth}" y="${row * cellHeight + 13.5}" textLength="${cells.length * cellWidth}"`;
      return `<text ${place}${style}>${escape(text)}</text>\n`;
    })
    .join("");
}

/** Runs of adjacent selected cells with the same style. A single space between words does not end a run. */
function runsOf(line: readonly Cell[], isWanted: (cell: Cell) => boolean): { start: number; cells: Cell[] }[] {
  const runs: { start: number; cells: Cell[] }[] = [];
  line.forEach((cell, column) => {
    if (!isWanted(cell)) return;
    const last = runs.at(-1);
    const first = last?.cells[0];
    const distance = last === undefined ? Infinity : column - last.start - last.cells.length;
    const between = distance === 1 ? line[column - 1] : undefined;
    const continues = distance === 0 || (between?.text === " " && isWanted({ ...cell }) && /\S/.test(cell.text));
    if (last !== undefined && first !== undefined && continues && looksLike(first, cell)) {
      if (between !== undefined) last.cells.push(between);
      last.cells.push(cell);
    } else runs.push({ start: column, cells: [cell] });
  });
  return runs;
}

function looksLike(one: Cell, other: Cell): boolean {
  const isSameBlock = (one.text === "░") === (other.text === "░");
  return isSameBlock && one.foreground === other.foreground && one.isBold === other.isBold && one.isDim === other.isDim;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
