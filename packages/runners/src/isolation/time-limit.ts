const limits = new WeakMap<AbortSignal, AbortSignal>();

/**
 * A signal that aborts with another, or with a `TimeoutError` after a time limit in milliseconds.
 *
 * `AbortSignal.any` alone does not keep `AbortSignal.timeout` alive: Node 20 collects it as garbage, and the limit never comes.
 */
export function withTimeLimit(signal: AbortSignal, limitMs: number): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  const either = AbortSignal.any([signal, limit]);
  limits.set(either, limit);
  return either;
}
