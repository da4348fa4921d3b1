import { percentile } from "../scale/load.js";

/** What clients did: how long it took, and what went wrong. */
export interface Tally {
  /** @param kind `POST /jobs`, for example. */
  succeed(kind: string, milliseconds: number): void;
  /** @param error its code. */
  fail(kind: string, error: string): void;
  readonly errors: ReadonlyMap<string, number>;
  /** Of all kinds that match, answered ones only. */
  summary(matches: (kind: string) => boolean): Summary;
  readonly kinds: readonly string[];
}

export interface Summary {
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly maximum: number;
}

export function createTally(): Tally {
  const times = new Map<string, number[]>();
  const errors = new Map<string, number>();
  return {
    succeed(kind, milliseconds) {
      const known = times.get(kind);
      if (known === undefined) times.set(kind, [milliseconds]);
      else known.push(milliseconds);
    },
    fail(kind, error) {
      const name = `${kind}: ${error}`;
      errors.set(name, (errors.get(name) ?? 0) + 1);
    },
    errors,
    summary(matches) {
      const values = [...times].flatMap(([kind, some]) => (matches(kind) ? some : []));
      return {
        count: values.length,
        p50: percentile(values, 0.5),
        p95: percentile(values, 0.95),
        p99: percentile(values, 0.99),
        maximum: percentile(values, 1),
      };
    },
    get kinds() {
      return [...times.keys()].toSorted();
    },
  };
}
