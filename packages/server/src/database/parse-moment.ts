import { MillraceError } from "../errors/millrace-error.js";

const momentPattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads a moment from a query string in any of the forms that published clients send (contract 1.6): with or without
 * fraction, offset and colon in the offset; without an offset it is UTC. A "+" that arrived as a space is put back.
 */
export function parseMoment(text: string, field: string): Date {
  const match = momentPattern.exec(text.trim().replace(/ (?=\d{2}:?\d{2}$)(?<=[T ]\d{2}:\d{2}.* )/, "+"));
  if (match !== null) {
    const [, day, time = "00:00", offset = "Z"] = match;
    const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase();
    const fraction = /\.(\d+)$/.exec(time);
    const milliseconds = fraction === null ? time : time.replace(/\.\d+$/, `.${fraction[1]?.slice(0, 3)}`);
    const moment = new Date(`${day}T${milliseconds}${zone}`);
    if (!Number.isNaN(moment.getTime())) return moment;
  }
  throw new MillraceError(
    "invalid_request",
    `${field} is not valid: found ${JSON.stringify(text)}, expected a moment such as 2026-03-04T05:06:07.890+00:00.`,
  );
}
