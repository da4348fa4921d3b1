/** Computes how long a process must pause so that it stays within its CPU limit, averaged over some seconds. */
export interface ProcessorLimit {
  /**
   * @param processorMs processor time that the process has had since it started.
   * @param nowMs the clock.
   * @returns milliseconds to pause the process; 0 lets it continue.
   */
  restFor(processorMs: number, nowMs: number): number;
}

// A start, or one large input, may use all processors for this long.
const burstMs = 2_000;

/**
 * A token bucket of CPU time, filled at the rate of `processors`. It needs no privileges and no control groups, which few
 * containers can write to.
 *
 * @param processors number of processors; may be a fraction.
 */
export function createProcessorLimit(processors: number): ProcessorLimit {
  let saved = burstMs * processors;
  let last: { processorMs: number; nowMs: number } | undefined;
  return {
    restFor(processorMs, nowMs) {
      if (last !== undefined) {
        const earned = (nowMs - last.nowMs) * processors;
        // Time of a child that ended without being waited for is lost again: never count below zero.
        const spent = Math.max(0, processorMs - last.processorMs);
        saved = Math.min(burstMs * processors, saved + earned - spent);
      }
      last = { processorMs, nowMs };
      return saved >= 0 ? 0 : Math.ceil(-saved / processors);
    },
  };
}
