import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { createReached } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import { createRandomNumbers } from "./random-numbers.ts";
import type { FuzzTarget } from "./target.ts";

/** What a run is given. */
export interface EngineOptions {
  readonly corpus: readonly Uint8Array[];
  readonly seconds: number;
  readonly seed: number;
  /** Where the input of the current execution is: its length in four bytes, then its bytes. */
  readonly current: SharedArrayBuffer;
}

/** What a run says, every second and at its end. */
export interface EngineReport {
  readonly executions: number;
  readonly reached: number;
  readonly corpus: readonly Uint8Array[];
  readonly findings: readonly Finding[];
  readonly isOver: boolean;
}

export interface Finding {
  readonly error: string;
  readonly input: Uint8Array;
}

const mostFindings = 10;
const reportEveryMs = 1_000;
// So much is a leak, or memory taken on the word of an input.
const mostResidentBytes = 1.5 * 2 ** 30;

/** Runs a target on its seeds, its corpus and what is made from both, in a thread of its own. */
export async function runEngine(target: FuzzTarget): Promise<void> {
  const { corpus: kept, seconds, seed, current } = workerData as EngineOptions;
  const random = createRandomNumbers(seed);
  const dictionary = (target.dictionary ?? []).map((word) => Buffer.from(word));
  let reached = createReached();
  let corpus: Buffer[] = [];
  const findings = new Map<string, Finding>();
  const requireCleanPrototypes = guardPrototypes();
  const length = new DataView(current);
  const bytes = new Uint8Array(current, 4);
  let executions = 0;

  const execute = async (input: Buffer): Promise<void> => {
    length.setUint32(0, input.byteLength);
    bytes.set(input);
    executions += 1;
    try {
      // A copy: what a parser writes into its input is a fault that the next one would suffer.
      const running = target.run(Buffer.from(input));
      if (running !== undefined) await running;
      requireCleanPrototypes();
      if (executions % 256 === 0 && process.memoryUsage.rss() > mostResidentBytes)
        throw new RangeError("The process takes more memory than any input may cost.");
    } catch (error) {
      const { stack = String(error) } = error as Error;
      // One of each place, however many inputs lead there.
      const place = /^ *at .*$/m.exec(stack)?.[0] ?? stack;
      if (findings.size < mostFindings && !findings.has(place)) findings.set(place, { error: stack, input });
    }
    if (reached.take()) corpus.push(input);
  };

  // What loading the target has counted says nothing of its inputs.
  reached.take();
  for (const input of [...target.seeds, ...kept]) await execute(Buffer.from(input as Uint8Array));
  if (corpus.length === 0) corpus.push(Buffer.from(target.seeds[0] ?? ""));
  const report = (isOver: boolean) =>
    parentPort?.postMessage({
      executions,
      reached: reached.count,
      corpus,
      findings: [...findings.values()],
      isOver,
    } satisfies EngineReport);

  const startedAt = performance.now();
  let reportAt = startedAt + reportEveryMs;
  for (let now = startedAt; now < startedAt + seconds * 1_000; now = performance.now()) {
    // The latest have led to least so far.
    const recent = random.below(3) === 0 ? Math.min(corpus.length, 8) : corpus.length;
    const parent = corpus[corpus.length - 1 - random.below(recent)]!;
    await execute(mutate(parent, corpus[random.below(corpus.length)]!, dictionary, random));
    if (now < reportAt) continue;
    reportAt = now + reportEveryMs;
    report(false);
  }
  // The smallest that together reach as much.
  const found = corpus.toSorted((a, b) => a.length - b.length);
  [reached, corpus] = [createReached(), []];
  for (const input of found) await execute(input);
  report(true);
}

// Looking at everything takes as long as a small parser.
const thoroughEvery = 64;

/** Throws when what all objects share has changed since, and puts it back. */
function guardPrototypes(): () => void {
  const shared = [Object.prototype, Object, Array, Array.prototype, String.prototype, Function.prototype].map(
    (holder: object) => ({ holder, known: new Map(Object.entries(Object.getOwnPropertyDescriptors(holder))) }),
  );
  const nameCount = Reflect.ownKeys(Object.prototype).length;
  let calls = 0;
  return () => {
    calls += 1;
    if (calls % thoroughEvery !== 0 && Reflect.ownKeys(Object.prototype).length === nameCount) return;
    for (const { holder, known } of shared) {
      const names = Object.getOwnPropertyNames(holder);
      if (names.length === known.size && names.every((name) => isUnchanged(holder, name, known.get(name)))) continue;
      for (const name of names) if (!known.has(name)) Reflect.deleteProperty(holder, name);
      for (const [name, descriptor] of known) Reflect.defineProperty(holder, name, descriptor);
      throw new TypeError("What all objects share was changed by this input or one of the 63 before.");
    }
  };
}

function isUnchanged(holder: object, name: string, before: PropertyDescriptor | undefined): boolean {
  // Compare accessors such as __proto__ by name only.
  return before !== undefined && (!("value" in before) || Object.is(Reflect.get(holder, name), before.value));
}
