import { HandBackError } from "./hand-back-error.js";

/** How long a chunk runs before it yields its slot to another job. */
export interface Turn {
  /** Aborted when it is another job's turn: running work finishes, nothing new starts. */
  readonly isOver: AbortSignal;
  end(): void;
}

const lookIntervalMs = 1_000;

/** @param turnMs how long a small job waits for another job's chunk of a slow model, instead of for a hundred inputs; 5 s. */
export function startTurn(mustYield: () => Promise<boolean>, turnMs = 5_000): Turn {
  const over = new AbortController();
  const look = async () => {
    // Recording results reports a database that does not respond.
    if (await mustYield().catch(() => false)) over.abort(new HandBackError("Another job has its turn."));
    else if (!isEnded) timer = setTimeout(() => void look(), lookIntervalMs);
  };
  let isEnded = false;
  let timer = setTimeout(() => void look(), turnMs);
  return {
    isOver: over.signal,
    end() {
      isEnded = true;
      clearTimeout(timer);
    },
  };
}
