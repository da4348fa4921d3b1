type Callback = (reason: unknown) => void;

interface Listening {
  readonly callbacks: Set<Callback>;
  readonly listener: () => void;
}

const listenings = new WeakMap<AbortSignal, Listening>();

/**
 * Calls back once when the signal is aborted, until the returned function is called. Many calls share one listener of the
 * signal: a job's signal ends hundreds of fetches, and Node warns of a leak at 11 listeners and searches them one by one.
 * The listener goes with the last of them: Node keeps a signal made by `AbortSignal.any` in memory for as long as it has one.
 */
export function onAbort(signal: AbortSignal, callback: Callback): () => void {
  const listening = listenings.get(signal) ?? listen(signal);
  listening.callbacks.add(callback);
  return () => {
    listening.callbacks.delete(callback);
    if (listening.callbacks.size > 0 || listenings.get(signal) !== listening) return;
    listenings.delete(signal);
    signal.removeEventListener("abort", listening.listener);
  };
}

function listen(signal: AbortSignal): Listening {
  const callbacks = new Set<Callback>();
  const listener = () => {
    listenings.delete(signal);
    for (const callback of callbacks) callback(signal.reason);
  };
  const listening = { callbacks, listener };
  listenings.set(signal, listening);
  signal.addEventListener("abort", listener, { once: true });
  return listening;
}
