import {
  bounds,
  closed,
  type ErrorThreshold,
  type ExplanationOptions,
  inputSources,
  inputSourceTypes,
  isInputSourceType,
  JobSubmission,
  type InputSourceType,
  type JobInput,
  namesOf,
} from "@millrace/contract";
import Type, { type TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { describeMismatch, describeValue } from "../errors/describe-mismatch.js";
import { MillraceError } from "../errors/millrace-error.js";
import { bodyParser } from "../errors/parse-body.js";
import type { GivenInput } from "../inputs/sources/input-source.js";
import { sourceRegistry } from "../inputs/sources/registry.js";
import type { UploadInput } from "../inputs/uploaded-item.js";

/** A validated and normalized submission. */
export interface ParsedSubmission {
  readonly modelIdentifier: string;
  readonly modelVersion: string;
  readonly explain: boolean;
  readonly explanation: ExplanationOptions;
  readonly timeoutMs: number | null;
  readonly priority: number;
  readonly errorThreshold: ErrorThreshold;
  /** Undefined: the server's default. */
  readonly hoursDeleteInput: number | undefined;
  /** Undefined: the server's default. */
  readonly hoursDeleteResults: number | undefined;
  /** Undefined: an open job. */
  readonly input: JobInput | UploadInput | undefined;
}

const envelope = Compile(Type.Object({ ...JobSubmission.properties, input: Type.Optional(Type.Unknown()) }, closed));
const inputSchemas = compileEach((type) => inputSources[type].schema);
const accessSchemas = compileEach((type) => Type.Omit(inputSources[type].schema, ["sources"]));

function compileEach(schemaOf: (type: InputSourceType) => TSchema): Record<InputSourceType, Validator> {
  return Object.fromEntries(inputSourceTypes.map((type) => [type, Compile(schemaOf(type))])) as Record<
    InputSourceType,
    Validator
  >;
}

/**
 * Validates the body of a submission.
 *
 * @throws MillraceError `invalid_request` naming the first invalid field, the value found and what was expected.
 */
export function parseSubmission(body: unknown): ParsedSubmission {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw refuse(
      `The body is not valid: found ${describeValue(body)}, expected a JSON object with "model" and "input".`,
    );
  }
  if (!envelope.Check(body)) throw refuse(describeMismatch("The body", body, envelope));
  const { input } = body as { input?: unknown };
  return {
    modelIdentifier: body.model.identifier,
    modelVersion: body.model.version,
    explain: parseExplain(body.explain) || body.explanation !== undefined,
    explanation: body.explanation ?? {},
    timeoutMs: parseTimeout(body.timeout),
    priority: body.priority ?? 0,
    errorThreshold: body.errorThreshold ?? {},
    hoursDeleteInput: body.hoursDeleteInput,
    hoursDeleteResults: body.hoursDeleteResults,
    input: input === undefined || input === null ? undefined : parseInput(input),
  };
}

function parseInput(input: unknown): JobInput {
  const { type, sources } = (typeof input === "object" && input !== null ? input : {}) as {
    type?: unknown;
    sources?: unknown;
  };
  if (!isInputSourceType(type)) {
    throw refuse(
      `input.type is not valid: found ${describeValue(type)}, expected one of ${inputSourceTypes.join(", ")}.`,
    );
  }
  const checked = checkSchema(inputSchemas[type], input, () => refuseFlatSources(type, sources));
  if (inputSources[type].dataItem !== undefined) checkNames(checked.sources as Sources);
  sourceRegistry.require(type).check?.(checked);
  return checked as JobInput;
}

/**
 * The `input` of a retry, which {@link parseAccess} validates once its type is known.
 *
 * @throws MillraceError `invalid_request` for any other field.
 */
export function parseRetry(body: unknown): object | undefined {
  return parseRetryBody(body).input;
}

const parseRetryBody = bodyParser(
  Type.Object({ input: Type.Optional(Type.Object({}, { additionalProperties: true })) }, closed),
);

/**
 * Validates the data access for a job submitted earlier.
 *
 * @throws MillraceError `invalid_request` as {@link parseSubmission} does.
 */
export function parseAccess(type: InputSourceType, fields: object): GivenInput<InputSourceType> {
  const { sources: _sources, ...access } = fields as { sources?: unknown };
  const checked = checkSchema(accessSchemas[type], { ...access, type });
  sourceRegistry.require(type).check?.(checked);
  return checked;
}

/** @param refuseKnown refuses what is often sent in its place, in better words than a schema has. */
function checkSchema(
  schema: Validator,
  input: unknown,
  refuseKnown: () => void = () => {},
): GivenInput<InputSourceType> {
  if (schema.Check(input)) return input as GivenInput<InputSourceType>;
  refuseKnown();
  refuseManyItems((input as { sources?: unknown }).sources);
  throw refuse(describeMismatch("input", input, schema, ["input"]));
}

/** A published client sends a single source unwrapped (contract trap T20); point that out instead of rejecting "bucket". */
function refuseFlatSources(type: InputSourceType, sources: unknown): void {
  const { dataItem } = inputSources[type];
  if (!Type.IsObject(dataItem) || typeof sources !== "object" || sources === null) return;
  const fields = Object.keys(dataItem.properties);
  for (const [name, source] of Object.entries(sources)) {
    if (
      typeof source === "object" &&
      source !== null &&
      typeof (source as Record<string, unknown>)[fields[0] ?? ""] === "string"
    ) {
      throw refuse(
        `input.sources[${JSON.stringify(name)}] is a location where an input was expected: write ` +
          `{"my-input": {${JSON.stringify(name)}: {${fields.map((field) => `"${field}": ...`).join(", ")}}}}, one level deeper.`,
      );
    }
  }
}

/** Before all faults of a schema are looked for, which takes time in proportion to the square of an object's size. */
function refuseManyItems(sources: unknown): void {
  if (typeof sources !== "object" || sources === null) return;
  for (const [name, items] of Object.entries(sources) as [string, unknown][])
    if (typeof items === "object" && items !== null) checkItemCount(name, Object.keys(items).length);
}

function checkItemCount(name: string, count: number): void {
  if (count > maximumDataItems)
    throw refuse(
      `input.sources[${JSON.stringify(name)}] has ${count} data items; an input takes at most ${maximumDataItems}.`,
    );
}

type Sources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function checkNames(sources: Sources): void {
  const names = namesOf(sources);
  let fine: string | undefined;
  if (names.length === 0) throw refuse("input.sources is empty: expected at least one input, found none.");
  for (const name of names) {
    checkName(name, "input.sources");
    const dataItems = Object.keys(sources[name] ?? {});
    if (dataItems.length === 0) {
      throw refuse(
        `input.sources[${JSON.stringify(name)}] is empty: expected at least one data item, such as {"input.txt": ...}.`,
      );
    }
    checkItemCount(name, dataItems.length);
    for (const dataItem of dataItems) {
      // Most inputs have the same.
      if (dataItem !== fine) checkDataItemName(dataItem, `input.sources[${JSON.stringify(name)}]`);
      fine = dataItem;
    }
  }
}

// Models have only a few.
const maximumDataItems = 1_000;

/**
 * Checks the name of an input: any text of up to 1,024 bytes, such as a key. Names become segments of URLs and keys of JSON, and are
 * repeated in results and errors, so what cannot be one of these is rejected.
 */
export function checkName(name: string, field: string): void {
  const sizeBytes = Buffer.byteLength(name);
  if (sizeBytes > bounds.name)
    throw refuse(
      `${field} has a name of ${sizeBytes} bytes, which starts with ${JSON.stringify(name.slice(0, 60))}: at most ${bounds.name} bytes are allowed.`,
    );
  if (name === "" || name === "." || name === ".." || name === "__proto__")
    throw refuse(`${field} has the name ${JSON.stringify(name)}, which cannot be used: choose another.`);
  const fault = /\p{Cc}/u.test(name)
    ? "a control character, such as a line end"
    : name.isWellFormed()
      ? undefined
      : "half of a surrogate pair (broken UTF-16)";
  if (fault !== undefined)
    throw refuse(`${field} has the name ${JSON.stringify(name)}, which contains ${fault}: remove it.`);
}

/** Checks the name of a data item, which is the name of a file for the model. */
export function checkDataItemName(name: string, field: string): void {
  checkName(name, field);
  if (name.includes("/"))
    throw refuse(
      `${field} has the data item ${JSON.stringify(name)}: data items are files of the model, such as "input.txt", and must not contain "/". Names of inputs may.`,
    );
}

/** Clients send booleans, the documentation shows strings (contract trap T40). */
function parseExplain(explain: boolean | string | undefined): boolean {
  if (typeof explain === "boolean") return explain;
  if (explain === undefined) return false;
  const lower = explain.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw refuse(`explain is not valid: found ${describeValue(explain)}, expected true or false.`);
}

// The maximum for setTimeout and int columns; no job should last longer than a month.
const maximumTimeoutMs = 2_147_483_647;

function parseTimeout(timeout: number | string | null | undefined): number | null {
  if (timeout === undefined || timeout === null) return null;
  const value = typeof timeout === "string" && /^\d{1,15}$/.test(timeout) ? Number(timeout) : timeout;
  if (typeof value !== "number" || value > maximumTimeoutMs) {
    throw refuse(
      `timeout is not valid: found ${describeValue(timeout)}, expected whole milliseconds from 0 (never) to ${maximumTimeoutMs}.`,
    );
  }
  return value === 0 ? null : value;
}

function refuse(message: string): MillraceError {
  return new MillraceError("invalid_request", message);
}
