/** A parser under test: one file in `targets/` each. */
export interface FuzzTarget {
  /** Small valid inputs, and inputs that once broke it. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** What a random byte would not find: keywords, separators, names of fields. */
  readonly dictionary?: readonly string[];
  /** Parses; throws or rejects when anything is not as it must be. */
  run(data: Buffer): void | Promise<void>;
}

/** The errors that a parser is documented to throw. */
type ErrorClass = abstract new (...values: never[]) => Error;

/** The value, or undefined when a declared error was thrown; any other is a finding. */
export function throwsOnly<Value>(declared: readonly ErrorClass[], parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (!isDeclared(declared, error)) throw error;
    return undefined;
  }
}

/** The same for a promise. */
export async function rejectsOnly<Value>(
  declared: readonly ErrorClass[],
  parse: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await parse();
  } catch (error) {
    if (!isDeclared(declared, error)) throw error;
    return undefined;
  }
}

// The language's own errors are subclasses of Error: they are declared only by their own name.
function isDeclared(declared: readonly ErrorClass[], error: unknown): boolean {
  return declared.some((one) => ((one as unknown) === Error ? isPlainError(error) : error instanceof one));
}

function isPlainError(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error && !("code" in error);
}

/** @throws Error when the statement about what was parsed is false. */
export function holds(isTrue: boolean, statement: string): void {
  if (!isTrue) throw new TypeError(`It does not hold that ${statement}.`);
}
