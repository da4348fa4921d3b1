// Asks for the server's health again and again, in a process of its own, and says how long the slowest answer took.
import { setTimeout as delay } from "node:timers/promises";
import { serveQuestions } from "../engines/peer.js";

export interface HealthPollerTask {
  readonly directory: string;
  /** Of the server. */
  readonly endpoint: string;
}

const pauseMs = 2;

serveQuestions<object>(async ({ endpoint }) => {
  let slowestMs = 0;
  let isOpen = true;
  const polling = (async () => {
    while (isOpen) {
      const startedAt = performance.now();
      const response = await fetch(`${endpoint}/api/health`);
      await response.arrayBuffer();
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await delay(pauseMs);
    }
  })();
  return {
    storeVersion: "",
    async answer() {
      // The one that is on its way counts.
      await delay(10 * pauseMs);
      const slowest = slowestMs;
      slowestMs = 0;
      return slowest;
    },
    async close() {
      isOpen = false;
      await polling;
    },
  };
});
