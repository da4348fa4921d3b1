export async function load() {
  return {
    run: (batch) =>
      batch.map(({ input }) =>
        input === undefined
          ? new Error('Data item "input" is missing.')
          : { "results.json": { sizeBytes: input.byteLength } },
      ),
  };
}
