import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelManifest } from "./manifest.js";
import { unlessMissing } from "./missing-file.js";
import { readTestCases } from "./test-cases.js";
import { readTextFile } from "./text-file.js";
import type { DataItems } from "../runner.js";

/** One input of a version's sample submission, with what it is to answer. */
export interface Sample {
  readonly name: string;
  readonly items: DataItems;
  /** Whether the sample asks for an explanation. */
  readonly explain: boolean;
  /** Output name -> its JSON; undefined where the sample output does not have this input. */
  readonly expected: Readonly<Record<string, unknown>> | undefined;
}

// They are parsed at once and kept in the database.
const maximumFileBytes = 32 * 2 ** 20;

/** The samples of a version. */
export interface Samples {
  /** The submission that has their inputs, as JSON; `{}` where there are none. */
  readonly submission: string;
  readonly samples: readonly Sample[];
}

/**
 * `samples/input.json`, a whole submission whose data it carries itself, and `samples/output.json`, the whole results body that it gives.
 * An input of `{}` means that there are none. Where it is missing or empty, `test_cases/` has the samples, as in published models.
 *
 * @throws Error with a sentence when there is no sample input, or one of the two is not what it should be.
 */
export async function readSamples(manifest: ModelManifest): Promise<Samples> {
  const { directory, inputs, outputs } = manifest;
  const written = await readJson(join(directory, "samples", "input.json"));
  const cases = written === undefined || isEmpty(written.value) ? await readTestCases(manifest) : undefined;
  const value = cases?.submission ?? written?.value;
  if (value === undefined)
    throw new Error(
      'samples/input.json is missing: write a submission such as {"input": {"type": "text", "sources": {"my-input": {"input.txt": "..."}}}}, or {} for a model without samples.',
    );
  const submission = cases === undefined && written !== undefined ? written.text : JSON.stringify(value);
  if (isEmpty(value)) return { submission, samples: [] };
  const { type, sources } = asObject(asObject(value)?.["input"]) ?? {};
  const inputsByName = asObject(sources);
  if ((type !== "text" && type !== "embedded") || inputsByName === undefined || Object.keys(inputsByName).length === 0)
    throw new Error('samples/input.json is not a submission whose input is of type "text" or "embedded" with sources.');
  const expected = cases?.expected ?? (await readExpected(directory, Object.keys(inputsByName)));
  const outputNames = new Set(outputs.map(({ name }) => name));
  const samples = Object.entries(inputsByName).map(([name, items]) => ({
    name,
    explain: asObject(value)?.["explain"] === true,
    items: readItems(name, items, type, new Set(inputs.map((input) => input.name))),
    expected: Object.hasOwn(expected, name) ? pick(expected[name] ?? {}, outputNames) : undefined,
  }));
  return { submission, samples };
}

/** What the sample output says of each of the inputs. */
async function readExpected(
  directory: string,
  inputNames: readonly string[],
): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  const body = (await readJson(join(directory, "samples", "output.json")))?.value;
  if (body === undefined || isEmpty(body)) return {};
  const results = asObject(asObject(body)?.["results"]);
  if (results === undefined)
    throw new Error(
      'samples/output.json has no "results": expected a results body such as {"results": {"my-input": {"results.json": ...}}}; remove the file to accept whatever the model returns.',
    );
  for (const [name, entry] of Object.entries(results)) {
    if (!inputNames.includes(name))
      throw new Error(
        `samples/output.json has results for ${JSON.stringify(name)}; samples/input.json has the inputs ${quoteAll(inputNames)}.`,
      );
    if (asObject(entry) === undefined)
      throw new Error(
        `samples/output.json: the results for ${JSON.stringify(name)} are not an object of outputs by name.`,
      );
  }
  return results as Record<string, Record<string, unknown>>;
}

function readItems(
  input: string,
  value: unknown,
  type: "text" | "embedded",
  declared: ReadonlySet<string>,
): Record<string, Uint8Array> {
  const items = asObject(value);
  if (items === undefined)
    throw new Error(`samples/input.json: the source ${JSON.stringify(input)} is not an object of data items by name.`);
  return Object.fromEntries(
    Object.entries(items).map(([item, text]) => {
      const place = `samples/input.json: the data item ${JSON.stringify(item)} of ${JSON.stringify(input)}`;
      if (!declared.has(item))
        throw new Error(`${place} is not one of the model's: its model.yaml has ${quoteAll([...declared])}.`);
      if (typeof text !== "string")
        throw new Error(`${place} is ${JSON.stringify(text)?.slice(0, 80)}; expected a string: put it in quotes.`);
      if (type === "embedded" && !/^data:[^,]*;base64,/.test(text))
        throw new Error(`${place} is not a data URL such as "data:text/plain;base64,...".`);
      return [item, decode(type, text)];
    }),
  );
}

function isEmpty(value: unknown): boolean {
  const fields = asObject(value);
  return fields !== undefined && Object.keys(fields).length === 0;
}

async function readJson(file: string): Promise<{ readonly text: string; readonly value: unknown } | undefined> {
  const size = (await unlessMissing(stat(file)))?.size;
  if (size === undefined) return undefined;
  if (size > maximumFileBytes)
    throw new Error(`${file} has ${size} bytes; at most ${maximumFileBytes} are allowed: choose smaller samples.`);
  try {
    const text = await readTextFile(file);
    return { text, value: JSON.parse(text) as unknown };
  } catch (error) {
    throw new Error(`${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function decode(type: "text" | "embedded", text: string): Uint8Array {
  return type === "embedded"
    ? new Uint8Array(Buffer.from(text.slice(text.indexOf(",") + 1), "base64"))
    : new TextEncoder().encode(text);
}

function pick(entry: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.has(name)));
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
