/** What breaks those who trust JSON: names that objects have already, values of other types, numbers and depths without bound. */
export const jsonWords: readonly string[] = [
  "null",
  "true",
  '""',
  "[]",
  "{}",
  "-0",
  "1e999",
  "0.1",
  "9007199254740993",
  ",",
  ":",
  '"',
  "\\",
  '"\\u0000"',
  '"\\ud800"',
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '"toString":null,"valueOf":null,',
  '"length":1e9,',
  '{"toString":null,"valueOf":null}',
  `${"[".repeat(6_000)}${"]".repeat(6_000)}`,
  `${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`,
];

/** The value of JSON text; undefined for any other text. */
export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
