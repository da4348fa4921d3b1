type Callback = (reason: unknown) => void;

interface Listening {
  readonly callbacks: Set<Callback>;
  readonly listener: () => void;
}

const listenings = new WeakMap<AbortSignal, Listening>();

/**
 * Calls back once when the signal is aborted, unless the returned function is called first. All callbacks share one listener on
 * the signal: a job's signal aborts hundreds of fetches, while Node warns of a leak at 11 listeners and searches them linearly.
 * The listener is removed with the last callback: Node keeps an `AbortSignal.any` signal in memory as long as it has a listener.
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
