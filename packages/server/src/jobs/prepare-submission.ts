import { createHash, type Hash } from "node:crypto";
import { namesOf } from "@millrace/contract";
import { secretFields } from "../errors/secret-fields.js";
import type { InputDestination } from "../inputs/sources/input-source.js";
import { sourceRegistry } from "../inputs/sources/registry.js";
import { parseJson } from "../json/parse-json.js";
import { accessOf, hasCredentials } from "./credentials.js";
import { parseSubmission, type ParsedSubmission } from "./parse-submission.js";

/** A submission ready to be written, without its inputs: small, and plain values only, so that it can come from another thread. */
export interface PreparedSubmission extends Omit<ParsedSubmission, "input"> {
  /** Undefined: an open job. */
  readonly input: PreparedInput | undefined;
  /** Identifies equal submissions; null if nobody asks. */
  readonly fingerprint: Uint8Array | null;
}

export interface PreparedInput {
  readonly type: string;
  /** The address in the submission that this server will connect to. */
  readonly destination: InputDestination | undefined;
  /** What is encrypted until the job ends, as JSON; undefined if fetching needs no access. */
  readonly accessJson: string | undefined;
  /** Whether it holds credentials, which must be sent again to retry the job. */
  readonly hasCredentials: boolean;
  /** Whether a worker has to list the inputs. */
  readonly isListed: boolean;
}

/** Inputs in the caller's order. */
export interface InputTexts {
  readonly names: readonly string[];
  /** The data items of each, by name, as JSON. */
  readonly dataItems: readonly string[];
}

/** @param isKeyed whether a repetition of the submission must be recognised. */
export function prepareSubmission(
  submission: ParsedSubmission,
  { isKeyed }: { readonly isKeyed: boolean },
): { readonly prepared: PreparedSubmission; readonly inputs: InputTexts } {
  const { input, ...rest } = submission;
  const texts = textsOf(input?.sources ?? {});
  const prepared = {
    ...rest,
    input: input && prepareInput(input),
    fingerprint: isKeyed ? fingerprintOf(submission, texts) : null,
  };
  return { prepared, inputs: prepared.input?.isListed === true ? { names: [], dataItems: [] } : texts };
}

function textsOf(sources: Readonly<Record<string, unknown>>): InputTexts {
  const names = namesOf(sources);
  return { names, dataItems: names.map((name) => JSON.stringify(sources[name])) };
}

function prepareInput(input: NonNullable<ParsedSubmission["input"]>): PreparedInput {
  const source = sourceRegistry.require(input.type);
  const access = accessOf(input);
  return {
    type: input.type,
    destination: source.destination?.(input),
    accessJson: access && JSON.stringify(access),
    hasCredentials: hasCredentials(input),
    isListed: source.list !== undefined,
  };
}

/** Credentials are left out, so that nothing derived from a secret outlives the job. */
function fingerprintOf({ input, ...rest }: ParsedSubmission, texts: InputTexts): Uint8Array {
  // Callers choose the names of inputs and data items freely.
  const { sources: _sources, ...access } = (input ?? {}) as { sources?: unknown } & Record<string, unknown>;
  const names = Object.keys(access).filter((name) => !secretFields.includes(name));
  const known = names
    .toSorted()
    .map((name) => [name, name === "url" ? withoutPassword(String(access[name])) : access[name]]);
  const hash = createHash("sha256").update(JSON.stringify([rest, known]));
  return addInputs(hash, texts).digest();
}

// A call for every input would take longer than the hash.
const inputsPerUpdate = 1_000;

function addInputs(hash: Hash, { names, dataItems }: InputTexts): Hash {
  for (let first = 0; first < names.length; first += inputsPerUpdate) {
    const some = names.slice(first, first + inputsPerUpdate);
    hash.update(some.map((name, index) => `,${JSON.stringify(name)}:${dataItems[first + index]}`).join(""));
  }
  return hash;
}

function withoutPassword(url: string): string {
  return url.replaceAll(/([?&]password=)[^&]*/gi, "$1");
}

/**
 * Reads the body of a submission, all of it: the only code that does, in whichever thread.
 *
 * @throws MillraceError `invalid_request` naming the first invalid field.
 */
export function readSubmission(
  bytes: Uint8Array | undefined,
  options: { readonly isKeyed: boolean },
): ReturnType<typeof prepareSubmission> {
  return prepareSubmission(parseSubmission(bytes && parseJson(bytes)), options);
}
