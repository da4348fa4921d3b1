import { takesColors } from "./colors.js";
import { printableJson, printableLines } from "./printable.js";

/** Colours of a terminal, which are all that this program steers it with. */
const colour = /(\p{Cc}\[[\d;]{0,32}m)/u;

/** As many as a terminal has that does not say. */
const defaultColumns = 80;

/** Prints lines; texts of others in them went through `printable`. Should one have not, it can colour its line and no more. */
export function print(text: string): void {
  console.log(onlyColoured(text, process.stdout));
}

/** Prints the fields of one line for other programs, separated by tabs; texts of others in them went through `printable`. */
export function printFields(fields: readonly string[]): void {
  console.log(fields.map((field) => onlyColoured(field, process.stdout)).join("\t"));
}

/** Prints what is not the answer itself, to the standard error. */
export function printNotice(text: string): void {
  console.error(onlyColoured(text, process.stderr));
}

/** Prints a value as one line of JSON. */
export function printJson(value: unknown): void {
  console.log(printableJson(value));
}

/** Columns of the terminal that reads the output; undefined when a file or another program does. */
export function terminalColumns(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || defaultColumns : undefined;
}

/** Whether `print` keeps colours. */
export function printsColors(): boolean {
  return takesColors(process.stdout);
}

/** Ends the program when nobody reads its output any more, as in `millrace jobs results <job> | head`. */
export function exitWhenUnread(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

function onlyColoured(text: string, stream: NodeJS.WriteStream): string {
  const keepsColours = takesColors(stream);
  return text
    .split(colour)
    .map((part) => {
      const isColour = part.startsWith("\u001B[") && colour.test(part);
      if (isColour) return keepsColours ? part : "";
      return printableLines(part);
    })
    .join("");
}
