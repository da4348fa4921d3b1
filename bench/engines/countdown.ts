/** Resolves once `count` pieces of a run are done. Runs are known by their names, as the payload of a task says. */
export function createCountdowns() {
  const runs = new Map<string, { left: number; resolve(): void }>();
  return {
    start: (run: string, count: number) => new Promise<void>((resolve) => runs.set(run, { left: count, resolve })),
    finish(run: string, count = 1): void {
      const known = runs.get(run);
      if (known === undefined) return;
      known.left -= count;
      if (known.left > 0) return;
      runs.delete(run);
      known.resolve();
    },
  };
}
