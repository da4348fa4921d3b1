const callbacks = new Set<() => void>();

/**
 * Calls back when this process exits, unless the returned function is called first. All callbacks share one listener: a process that
 * runs many engines would otherwise add one for each, and Node warns of a leak at 11.
 */
export function onExit(callback: () => void): () => void {
  if (callbacks.size === 0) process.on("exit", callAll);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) process.off("exit", callAll);
  };
}

function callAll(): void {
  for (const callback of callbacks) callback();
}
