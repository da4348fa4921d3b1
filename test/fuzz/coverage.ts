/** The counters of one file, as istanbul-lib-instrument writes them. */
interface FileCounters {
  readonly s: Record<string, number>;
  readonly f: Record<string, number>;
  readonly b: Record<string, number[]>;
}

/** Where the instrumented code counts. */
export const coverageVariable = "__fuzzCoverage";

/** What inputs have reached so far. */
export interface Reached {
  /** Branches and statements, each as often as told apart (once, twice, up to 128 times and more). */
  readonly count: number;
  /** Takes the counters of one execution and sets them to zero; true when it reached anything new. */
  take(): boolean;
}

/** Nothing is reached to begin with. Files that are loaded later are counted from then on. */
export function createReached(): Reached {
  const counters: { readonly values: number[]; readonly seen: Uint8Array }[] = [];
  let fileCount = 0;
  let count = 0;

  const findCounters = () => {
    const files = Object.values((globalThis as Record<string, unknown>)[coverageVariable] ?? {}) as FileCounters[];
    for (const file of files.slice(fileCount))
      for (const values of [file.s as unknown as number[], file.f as unknown as number[], ...Object.values(file.b)]) {
        const length = Object.keys(values).length;
        counters.push({ values, seen: new Uint8Array(length) });
      }
    fileCount = files.length;
  };

  return {
    get count() {
      return count;
    },
    take() {
      findCounters();
      let isNew = false;
      for (const { values, seen } of counters)
        for (let index = 0; index < seen.length; index += 1) {
          const hits = values[index] ?? 0;
          if (hits === 0) continue;
          values[index] = 0;
          const bucket = 1 << Math.min(7, 31 - Math.clz32(hits));
          const before = seen[index] ?? 0;
          if ((before & bucket) !== 0) continue;
          seen[index] = before | bucket;
          count += 1;
          isNew = true;
        }
      return isNew;
    },
  };
}
