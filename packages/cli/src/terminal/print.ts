import { printableJson, printableLines } from "./printable.js";

/** Colours of a terminal, which are all that this program steers it with. */
const colour = /(\p{Cc}\[[\d;]{0,32}m)/u;

/** Prints lines; texts of others in them went through `printable`. Should one have not, it can colour its line and no more. */
export function print(text: string): void {
  console.log(onlyColoured(text));
}

/** Prints what is not the answer itself, to the standard error. */
export function printNotice(text: string): void {
  console.error(onlyColoured(text));
}

/** Prints a value as JSON, on one line without `indent`. */
export function printJson(value: unknown, indent?: number): void {
  console.log(printableJson(value, indent));
}

function onlyColoured(text: string): string {
  return text
    .split(colour)
    .map((part) => (part.startsWith("\u001B[") && colour.test(part) ? part : printableLines(part)))
    .join("");
}
