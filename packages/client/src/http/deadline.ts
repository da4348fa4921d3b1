/** When a call ends at the latest: with its caller's signal, or at a time limit. */
export interface Deadline {
  /** Aborts with the caller's reason, or with the time limit's. */
  readonly signal: AbortSignal;
  /** Starts the time limit, again if it runs; without milliseconds there is none. */
  readonly set: (limitMs?: number, reason?: Error) => void;
  /** Stops the time limit and lets go of the caller's signal. */
  readonly close: () => void;
}

// Longer timers fire at once.
const longestTimerMs = 2 ** 31 - 1;

/**
 * Joins the caller's signal with a time limit. Unlike those of `AbortSignal.any` and `AbortSignal.timeout`, this signal is not
 * lost to the garbage collector of Node 20 and 22: the timer and the caller's signal refer to it.
 */
export function openDeadline(signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  return {
    signal: controller.signal,
    set(limitMs = Number.POSITIVE_INFINITY, reason) {
      clearTimeout(timer);
      if (limitMs <= longestTimerMs) timer = setTimeout(() => controller.abort(reason), limitMs);
    },
    close() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

/**
 * What `pending` resolves to, unless the signal aborts first: whether or not what is pending knows the signal. Node's fetch
 * forgets it once the head of a response has come and the garbage collector has run.
 */
export function untilAborted<Value>(pending: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    void pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
