import type { MillraceClient } from "@millrace/client";

export interface ScaleModel {
  readonly model: string;
  readonly version: string;
  readonly dataItem: string;
}

/** Submits one job of so many short texts; resolves when it is accepted. */
export async function submitTexts(client: MillraceClient, model: ScaleModel, inputCount: number, name = "text") {
  const sources = Object.fromEntries(
    Array.from({ length: inputCount }, (_, index) => [
      `${name}-${index}`,
      { [model.dataItem]: `text number ${index}` },
    ]),
  );
  return client.jobs.submitText(model.model, model.version, sources);
}

/** Calls `work` again and again until `isOver`, and gives how long each call took, in milliseconds, in the order of the calls. */
export async function timeCalls(
  work: () => Promise<unknown>,
  pauseMs: number,
  isOver: () => boolean,
): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return times;
}

/** The value that a share `p` of the values does not exceed (nearest rank); NaN of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? NaN;
}
