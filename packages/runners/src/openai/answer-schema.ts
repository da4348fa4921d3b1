import { Check, Errors } from "typebox/schema";
import { SettingsError } from "../check/check-settings.js";

/** The JSON schema of an answer, of the keywords below only. */
export type AnswerSchema = Readonly<Record<string, unknown>>;

// Whoever deploys a model writes its schema, and it is checked in the worker's own process: there is nothing in it that takes longer than its
// size times that of an answer, such as references and patterns.
const mostParts = 100;
/** The longest answer that is checked against a schema, in characters. */
export const longestJsonAnswer = 262_144;

const types = ["object", "array", "string", "number", "integer", "boolean", "null"];
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const isScalar = (value: unknown) => value === null || ["string", "number", "boolean"].includes(typeof value);
const isListOf = (isOne: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.length <= 1_000 && value.every(isOne);
const isType = (value: unknown) => types.includes(value as string);

/** The keywords without schemas of their own: what they may have. */
const plainKeywords: Readonly<
  Record<string, { readonly fits: (value: unknown) => boolean; readonly expected: string }>
> = {
  type: {
    fits: (value) => isType(value) || isListOf(isType)(value),
    expected: `one of ${types.join(", ")}, or a list of them`,
  },
  title: { fits: isText, expected: "a string" },
  description: { fits: isText, expected: "a string" },
  enum: { fits: isListOf(isScalar), expected: "a list of strings, numbers, booleans or null" },
  const: { fits: isScalar, expected: "a string, a number, a boolean or null" },
  required: {
    fits: (value) => Array.isArray(value) && value.length <= 1_000 && value.every(isText),
    expected: "a list of names",
  },
  minimum: { fits: isNumber, expected: "a number" },
  maximum: { fits: isNumber, expected: "a number" },
  minLength: { fits: isCount, expected: "a whole number of at least 0" },
  maxLength: { fits: isCount, expected: "a whole number of at least 0" },
  minItems: { fits: isCount, expected: "a whole number of at least 0" },
  maxItems: { fits: isCount, expected: "a whole number of at least 0" },
};
const schemaKeywords = ["properties", "items", "anyOf", "additionalProperties"];
const keywords = [...Object.keys(plainKeywords), ...schemaKeywords];

/** @throws SettingsError naming the part that is not valid. */
export function checkAnswerSchema(path: readonly string[], schema: AnswerSchema): void {
  let parts = 0;
  const check = (here: readonly string[], part: unknown): void => {
    if (++parts > mostParts)
      throw new SettingsError({ path, found: "more", expected: `a schema of at most ${mostParts} parts` });
    if (typeof part !== "object" || part === null || Array.isArray(part))
      throw new SettingsError({ path: here, expected: "a JSON schema" }, part);
    for (const [keyword, value] of Object.entries(part)) checkKeyword([...here, keyword], keyword, value);
  };
  const checkKeyword = (here: readonly string[], keyword: string, value: unknown): void => {
    const plain = Object.hasOwn(plainKeywords, keyword) ? plainKeywords[keyword] : undefined;
    if (plain !== undefined) {
      if (!plain.fits(value)) throw new SettingsError({ path: here, expected: plain.expected }, value);
    } else if (keyword === "items") check(here, value);
    else if (keyword === "additionalProperties") {
      if (typeof value !== "boolean") check(here, value);
    } else if (keyword === "anyOf") {
      if (!Array.isArray(value) || value.length === 0)
        throw new SettingsError({ path: here, expected: "a list of JSON schemas" }, value);
      value.forEach((one, index) => check([...here, String(index)], one));
    } else if (keyword === "properties") {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new SettingsError({ path: here, expected: "JSON schemas by name" }, value);
      for (const [name, one] of Object.entries(value)) check([...here, name], one);
    } else throw new SettingsError({ path: here, is: "unknown", expected: `one of ${keywords.join(", ")}` });
  };
  check(path, schema);
}

/** How an answer differs from its schema: "at /label: must be string"; undefined when it does not. */
export function findAnswerFault(schema: AnswerSchema, answer: unknown): string | undefined {
  if (Check(schema, answer)) return undefined;
  const [, errors] = Errors(schema, answer);
  // Comes beside the error that names the unknown field.
  const first = errors.find(({ keyword }) => keyword !== "boolean") ?? errors[0];
  return first === undefined ? "it does not match" : `at ${first.instancePath || "/"}: ${first.message}`;
}
