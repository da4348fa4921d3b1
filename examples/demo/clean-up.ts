export interface CleanUp {
  /** Adds a clean-up step; the last one added runs first. */
  add(undo: () => Promise<unknown>): void;
  /** Runs all steps, even after one fails; throws the first error. */
  run(): Promise<void>;
}

export function createCleanUp(): CleanUp {
  const undos: (() => Promise<unknown>)[] = [];
  return {
    add: (undo) => undos.push(undo),
    async run() {
      const errors: unknown[] = [];
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop())
        await undo().catch((error: unknown) => errors.push(error));
      if (errors.length > 0) throw errors[0];
    },
  };
}
