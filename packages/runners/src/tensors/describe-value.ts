const longestShown = 80;

/** How a sentence shows a value of somebody's JSON: lists and objects by their kind only, as they may be of any size and depth. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  // 1e999 is valid JSON, and read as Infinity, which JSON writes as null.
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing");
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
