import { nearestName } from "@millrace/contract/mismatch";
import { ListingError } from "../../listed-input.js";

/** A setting of PostgreSQL for one session. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** What callers may set: what their query means and how its values are written, not how Millrace is protected. */
const allowed = [
  "search_path",
  "statement_timeout",
  "lock_timeout",
  "TimeZone",
  "DateStyle",
  "IntervalStyle",
  "extra_float_digits",
];

/** Longest statement, as without `options`. */
const maximumStatementMs = 300_000;

/**
 * Reads the `options` of a JDBC URL, in the form of PostgreSQL's command line: `-c name=value` or `--name=value`, with a backslash
 * before a space that belongs to a value.
 *
 * @throws ListingError `jdbc.invalid_url` for a setting that is not allowed.
 */
export function parseSessionOptions(options: string): Setting[] {
  const settings: Setting[] = [];
  const words = splitWords(options);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const text = word === "-c" ? (words[++index] ?? "") : /^(?:-c|--)(.*)$/s.exec(word)?.[1];
    const equals = text?.indexOf("=") ?? -1;
    if (text === undefined || equals < 1)
      throw refuse(
        'The parameter "options" of input.url is not valid: expected "-c name=value", several with spaces between.',
      );
    settings.push(checkSetting(text.slice(0, equals).replaceAll("-", "_"), text.slice(equals + 1)));
  }
  return settings;
}

/** PostgreSQL does not tell upper from lower case in names of settings. */
function checkSetting(name: string, value: string): Setting {
  const known = allowed.find((one) => one.toLowerCase() === name.toLowerCase());
  if (known === undefined) {
    const meant = nearestName(name, allowed);
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    throw refuse(
      `The setting ${JSON.stringify(name.slice(0, 60))} in the parameter "options" of input.url is not allowed.${hint} Remove it, or use one of ${allowed.join(", ")}.`,
    );
  }
  if (known === "statement_timeout" && !isShort(value))
    throw refuse(
      `The setting "statement_timeout" in the parameter "options" of input.url is not valid: expected a time such as 90s, from 1ms to ${maximumStatementMs / 1_000}s.`,
    );
  return { name: known, value };
}

function isShort(time: string): boolean {
  const match = /^(\d{1,9})\s*(ms|s|min)?$/.exec(time);
  if (match === null) return false;
  const milliseconds = Number(match[1]) * ({ ms: 1, s: 1_000, min: 60_000 }[match[2] ?? "ms"] ?? 1);
  return milliseconds >= 1 && milliseconds <= maximumStatementMs;
}

/** Words between spaces; a backslash takes the next character as it is. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? "";
    if (character === "\\") word += text[++index] ?? "";
    else if (character !== " ") word += character;
    else if (word !== "") words.push(word);
    if (character === " ") word = "";
  }
  return word === "" ? words : [...words, word];
}

function refuse(message: string): ListingError {
  return new ListingError("jdbc.invalid_url", message);
}
