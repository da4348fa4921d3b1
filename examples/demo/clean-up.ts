export interface CleanUp {
  /** Remembers what has to be undone; the last thing added is undone first. */
  add(undo: () => Promise<unknown>): void;
  /** Undoes everything, also what comes after something that could not be undone; throws the first such error. */
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
