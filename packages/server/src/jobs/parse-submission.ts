import {
  type ErrorThreshold,
  type ExplanationOptions,
  inputSourceTypes,
  jobInputSchemas,
  JobSubmission,
  type InputSourceType,
  type JobInput,
} from "@millrace/contract";
import Type, { type TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { describeMismatch, describeValue } from "../errors/describe-mismatch.js";
import { MillraceError } from "../errors/millrace-error.js";
import type { UploadedItem } from "../inputs/uploaded-item.js";

/** A submission after validation: every field in one form, names checked. */
export interface ParsedSubmission {
  readonly modelIdentifier: string;
  readonly modelVersion: string;
  readonly explain: boolean;
  readonly explanation: ExplanationOptions;
  readonly timeoutMs: number | null;
  readonly priority: number;
  readonly errorThreshold: ErrorThreshold;
  /** Undefined: the server's setting. */
  readonly hoursDeleteInput: number | undefined;
  /** Undefined: the server's setting. */
  readonly hoursDeleteResults: number | undefined;
  /** Undefined: an open job. */
  readonly input: JobInput | UploadInput | undefined;
}

/** Inputs that are in the blob store already; never in a body. */
export interface UploadInput {
  readonly type: "upload";
  readonly sources: Readonly<Record<string, Readonly<Record<string, UploadedItem>>>>;
}

/** Input types whose data is in our own tables and blobs; of the others there are only addresses. */
export const storedInputTypes: readonly string[] = ["text", "embedded", "upload", "jdbc"];

/** Input types whose inputs are not in the submission: a worker lists them before it runs them. */
export const listedInputTypes: readonly string[] = ["aws-s3-folder", "jdbc"];

/** More inputs than this in one job are refused. */
export const maximumInputsPerJob = 1_000_000;

const envelope = Compile(Type.Omit(JobSubmission, ["input"]));
const inputSchemas = compileEach((type) => jobInputSchemas[type]);
const accessSchemas = compileEach((type) => Type.Omit(jobInputSchemas[type], ["sources"]));

function compileEach(schemaOf: (type: InputSourceType) => TSchema): Record<InputSourceType, Validator> {
  return Object.fromEntries(inputSourceTypes.map((type) => [type, Compile(schemaOf(type))])) as Record<
    InputSourceType,
    Validator
  >;
}

/**
 * Checks the body of a submission.
 *
 * @throws MillraceError `invalid_request` naming the first field at fault, what was found and what was expected.
 */
export function parseSubmission(body: unknown): ParsedSubmission {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw refuse(
      `The body is not valid: found ${describeValue(body)}, expected a JSON object with "model" and "input".`,
    );
  }
  if (!envelope.Check(body)) throw refuse(describeMismatch("The body", body, envelope.Errors(body)));
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
  refuseFlatSources(type, sources);
  const schema = inputSchemas[type];
  if (!schema.Check(input)) {
    const errors = schema.Errors(input).map((error) => ({ ...error, instancePath: `/input${error.instancePath}` }));
    throw refuse(describeMismatch("input", { input }, errors));
  }
  const checked = input as JobInput;
  if (checked.type === "jdbc") return checked;
  checkNames(checked.sources);
  if (checked.type === "aws-s3-folder") checkFolders(checked.sources);
  checkAccess(checked);
  return checked;
}

/** The fields of an input that say how to reach its data. */
export type InputAccess = { [Kind in JobInput as Kind["type"]]: Omit<Kind, "sources"> }[InputSourceType];

/**
 * Checks the access to the data of a job that was submitted before.
 *
 * @throws MillraceError `invalid_request` as {@link parseSubmission} does.
 */
export function parseAccess(type: InputSourceType, fields: object): InputAccess {
  const input: Record<string, unknown> = { ...fields, type };
  const schema = accessSchemas[type];
  if (!schema.Check(input)) {
    const errors = schema.Errors(input).map((error) => ({ ...error, instancePath: `/input${error.instancePath}` }));
    throw refuse(describeMismatch("input", { input }, errors));
  }
  checkAccess(input);
  return input as unknown as InputAccess;
}

function isInputSourceType(type: unknown): type is InputSourceType {
  return (inputSourceTypes as readonly unknown[]).includes(type);
}

/** A published client sends one source unwrapped (contract trap T20): say so instead of complaining about "bucket". */
function refuseFlatSources(type: InputSourceType, sources: unknown): void {
  const fields = type === "azureblob" ? (["container", "filePath"] as const) : (["bucket", "key"] as const);
  if (["text", "embedded", "jdbc"].includes(type) || typeof sources !== "object" || sources === null) return;
  for (const [name, source] of Object.entries(sources)) {
    if (
      typeof source === "object" &&
      source !== null &&
      typeof (source as Record<string, unknown>)[fields[0]] === "string"
    ) {
      throw refuse(
        `input.sources[${JSON.stringify(name)}] is a location where an input was expected: write ` +
          `{"my-input": {${JSON.stringify(name)}: {"${fields[0]}": ..., "${fields[1]}": ...}}}, one level deeper.`,
      );
    }
  }
}

function checkNames(sources: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void {
  const names = Object.keys(sources);
  if (names.length === 0) throw refuse("input.sources is empty: expected at least one input, found none.");
  if (names.length > maximumInputsPerJob) {
    throw refuse(
      `input.sources has ${names.length} inputs; a job takes at most ${maximumInputsPerJob}: split it into several jobs.`,
    );
  }
  for (const name of names) {
    checkName(name, "input.sources");
    const dataItems = Object.keys(sources[name] ?? {});
    if (dataItems.length === 0) {
      throw refuse(
        `input.sources[${JSON.stringify(name)}] is empty: expected at least one data item, such as {"input.txt": ...}.`,
      );
    }
    for (const dataItem of dataItems) checkName(dataItem, `input.sources[${JSON.stringify(name)}]`);
  }
}

/** Names become segments of addresses and keys of JSON objects; what could be neither is refused. */
export function checkName(name: string, field: string): void {
  if (
    name === "" ||
    name.includes("/") ||
    name.includes("\0") ||
    !name.isWellFormed() ||
    name === "." ||
    name === ".."
  ) {
    throw refuse(
      `${field} has the name ${JSON.stringify(name)}: a name must not be empty, "." or "..", nor contain "/", NUL or broken UTF-16.`,
    );
  }
  if (name === "__proto__") throw refuse(`${field} has the name "__proto__", which cannot be used.`);
}

/** A folder's objects become the data item of inputs; two folders would have to be paired. */
function checkFolders(sources: Readonly<Record<string, object>>): void {
  for (const [name, dataItems] of Object.entries(sources)) {
    const count = Object.keys(dataItems).length;
    if (count !== 1) {
      throw refuse(
        `input.sources[${JSON.stringify(name)}] has ${count} folders: expected one, whose objects are inputs of one data item each.`,
      );
    }
  }
}

function checkAccess(checked: object): void {
  const input = checked as { accessKeyID?: string; secretAccessKey?: string; endpoint?: string };
  const { endpoint } = input;
  if (endpoint !== undefined && !URL.canParse(/^[a-z]+:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`)) {
    throw refuse(
      `input.endpoint is not valid: found ${describeValue(endpoint)}, expected an address such as "https://grid.example.com".`,
    );
  }
  const hasKey = Boolean(input.accessKeyID);
  const hasSecret = Boolean(input.secretAccessKey);
  if (hasKey !== hasSecret) {
    const missing = hasKey ? "secretAccessKey" : "accessKeyID";
    throw refuse(
      `input.${missing} is missing or empty: send accessKeyID and secretAccessKey together, or neither of them to read public objects.`,
    );
  }
}

/** Clients send booleans, documents show strings (contract trap T40). */
function parseExplain(explain: boolean | string | undefined): boolean {
  if (typeof explain === "boolean") return explain;
  if (explain === undefined) return false;
  const lower = explain.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw refuse(`explain is not valid: found ${describeValue(explain)}, expected true or false.`);
}

// setTimeout and int columns end here; a month is longer than any job should last.
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
