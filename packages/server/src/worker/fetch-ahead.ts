import { setTimeout as delay } from "node:timers/promises";

/** The outcome of fetching one input. */
export type Fetched<Input, Value> = { readonly input: Input } & (
  { readonly value: Value } | { readonly error: unknown }
);

export interface FetchAhead<Input, Value> {
  /**
   * Resolves to whatever is ready, in the order in which it came: at least one and at most `maximum`; to an empty array
   * when nothing is left. A failed fetch is a value, never a rejection.
   */
  take(maximum: number): Promise<Fetched<Input, Value>[]>;
  /** Starts no more. */
  stop(): void;
}

// More come in the same moment: a batch of several costs the engine little more than one of a single input.
const gatherMs = 1;

/** Fetches inputs ahead of the consumer: up to `concurrency` are being fetched or waiting to be taken. */
export function createFetchAhead<Input, Value>(
  inputs: readonly Input[],
  fetch: (input: Input) => Promise<Value>,
  concurrency: number,
): FetchAhead<Input, Value> {
  const ready: Fetched<Input, Value>[] = [];
  let next = 0;
  let inFlight = 0;
  const takers: (() => void)[] = [];

  const startMore = () => {
    while (next < inputs.length && inFlight + ready.length < concurrency) {
      const input = inputs[next++] as Input;
      inFlight += 1;
      void fetch(input)
        .then(
          (value) => ready.push({ input, value }),
          (error: unknown) => ready.push({ input, error }),
        )
        .finally(() => {
          inFlight -= 1;
          startMore();
          for (const wake of takers.splice(0)) wake();
        });
    }
  };

  return {
    stop() {
      next = inputs.length;
    },
    async take(maximum) {
      startMore();
      while (ready.length === 0 && inFlight > 0) {
        await new Promise<void>((wake) => takers.push(wake));
        if (ready.length < maximum && inFlight > 0) await delay(gatherMs);
      }
      const taken = ready.splice(0, maximum);
      startMore();
      return taken;
    },
  };
}
