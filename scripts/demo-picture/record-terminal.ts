import { spawn } from "node:child_process";
import { once } from "node:events";
import xterm, { type IBufferCell } from "@xterm/headless";
import { paletteColor } from "./palette.js";

/** One character on the terminal; colors are `#rrggbb`, undefined for the default. */
export interface Cell {
  readonly text: string;
  readonly foreground: string | undefined;
  readonly background: string | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** Runs a command in a pseudo-terminal and returns its final screen, including scrolled-off lines. */
export async function recordTerminal(command: string, columns: number): Promise<Cell[][]> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 50, scrollback: 10_000, allowProposedApi: true });
  const shell = `stty cols ${columns} rows 50 && ${command}`;
  const child = spawn("script", ["--quiet", "--return", "--command", shell, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TERM: "xterm-256color", COLORTERM: "truecolor" },
  });
  child.stdout.on("data", (bytes: Buffer) => terminal.write(bytes));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`The command ended with ${code}.`);
  await new Promise<void>((resolve) => terminal.write("", resolve));
  return readLines(terminal, columns);
}

function readLines(terminal: xterm.Terminal, columns: number): Cell[][] {
  const buffer = terminal.buffer.active;
  const lines: Cell[][] = [];
  for (let row = 0; row <= buffer.baseY + buffer.cursorY; row += 1) {
    const line = buffer.getLine(row);
    const cells = Array.from({ length: columns }, (_, column) => line?.getCell(column));
    lines.push(cells.filter((cell) => cell !== undefined).map(readCell));
  }
  return lines;
}

function readCell(cell: IBufferCell): Cell {
  return {
    text: cell.getChars() || " ",
    foreground: colorOf(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()),
    background: colorOf(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()),
    isBold: cell.isBold() !== 0,
    isDim: cell.isDim() !== 0,
  };
}

function colorOf(isRgb: boolean, isPalette: boolean, value: number): string | undefined {
  if (isRgb) return `#${value.toString(16).padStart(6, "0")}`;
  return isPalette ? paletteColor(value) : undefined;
}
