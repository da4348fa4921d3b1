import { InvalidArgumentError } from "commander";

/** Parses an option. @throws InvalidArgumentError for anything but a whole number of up to nine digits. */
export function wholeNumber(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

/** Parses `--limit`. @throws InvalidArgumentError for a number below 0. */
export function countLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number; 0 for all.");
  return Number(text);
}
