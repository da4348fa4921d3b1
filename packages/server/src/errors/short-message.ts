// A sentence with a few names; many inputs may fail with it, and each keeps its own.
const maximumLength = 4_000;

/** A message for callers, cut where it repeats more than 4,000 characters of what callers or models sent. */
export function shortMessage(message: string): string {
  if (message.length <= maximumLength) return message;
  return `${message.slice(0, maximumLength).toWellFormed()}… (${message.length - maximumLength} more characters)`;
}
