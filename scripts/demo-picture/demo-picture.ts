// Creates the README's picture of the demo from a real run: node --import tsx scripts/demo-picture/demo-picture.ts
// Needs `npm run build` first and the program `script` (util-linux, on every Linux).
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { recordTerminal } from "./record-terminal.js";
import { drawTerminalSvg } from "./terminal-svg.js";

const root = new URL("../../", import.meta.url);
const picture = new URL("docs/pictures/demo.svg", root);

const demo = fileURLToPath(new URL("examples/demo/demo.ts", root));
const lines = await recordTerminal(`exec node --no-warnings --import tsx ${demo}`, 120);
const textOf = (line: (typeof lines)[number]) => line.map((cell) => cell.text).join("");
// After the results comes code, which the README shows as text.
const end = lines.findIndex((line) => textOf(line).includes("The code that just ran"));
const isBlank = (line: (typeof lines)[number] | undefined) => line !== undefined && textOf(line).trim() === "";
const shown = lines.slice(isBlank(lines[0]) ? 1 : 0, end === -1 ? undefined : isBlank(lines[end - 1]) ? end - 1 : end);
await mkdir(new URL(".", picture), { recursive: true });
await writeFile(picture, await drawTerminalSvg(shown, "npm run demo"));
console.log(`docs/pictures/demo.svg: ${shown.length} lines`);
