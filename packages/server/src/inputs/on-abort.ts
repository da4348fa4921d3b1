type Callback = (reason: unknown) => void;

const callbacksOf = new WeakMap<AbortSignal, Set<Callback>>();

/**
 * Calls back once when the signal is aborted, until the returned function is called. Many calls share one listener of the
 * signal: a job's signal ends hundreds of fetches, and Node warns of a leak at 11 listeners and searches them one by one.
 */
export function onAbort(signal: AbortSignal, callback: Callback): () => void {
  let callbacks = callbacksOf.get(signal);
  if (callbacks === undefined) {
    callbacks = new Set();
    callbacksOf.set(signal, callbacks);
    signal.addEventListener("abort", () => callAll(signal), { once: true });
  }
  const own = callbacks;
  own.add(callback);
  return () => own.delete(callback);
}

function callAll(signal: AbortSignal): void {
  const callbacks = callbacksOf.get(signal) ?? [];
  callbacksOf.delete(signal);
  for (const callback of callbacks) callback(signal.reason);
}
