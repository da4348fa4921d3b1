export async function load() {
  return {
    run: (batch) => batch.map((items) => ({ "results.json": { sizeBytes: items.input.byteLength } })),
  };
}
