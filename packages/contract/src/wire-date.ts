import Type from "typebox";

/**
 * A moment on the wire: `YYYY-MM-DDTHH:mm:ss.SSS+00:00`, always UTC, always with milliseconds and a numeric offset.
 * A trailing `Z` makes the published Go client refuse the whole response.
 */
export const WireDate = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}\\+00:00$",
  description: "a moment in UTC such as 2026-03-04T05:06:07.890+00:00",
  examples: ["2026-03-04T05:06:07.890+00:00"],
});

/** Formats a moment for the wire. */
export function formatWireDate(date: Date): string {
  return date.toISOString().replace("Z", "+00:00");
}
