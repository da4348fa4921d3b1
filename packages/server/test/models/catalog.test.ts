import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { ConfigurationError } from "../../src/errors/configuration-error.js";
import { readCatalog } from "../../src/models/catalog.js";
import type { Log } from "../../src/telemetry/log.js";

const noOp = fileURLToPath(new URL("../../../../models/no-op/1.0.0", import.meta.url));

let directory = "";
afterEach(() => rm(directory, { recursive: true, force: true }));

test("skips an invalid model folder with a message and lists the others", async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-catalog-"));
  const copy = async (name: string, change: (yaml: string) => string = (yaml) => yaml) => {
    await cp(noOp, join(directory, name), { recursive: true });
    const path = join(directory, name, "model.yaml");
    await writeFile(path, change(await readFile(path, "utf8")));
  };
  await copy("a-good");
  await copy("b-twin");
  await copy("c-broken", () => "specification: [");
  await copy("d-sample", (yaml) => yaml.replace(/^identifier: .*$/m, "identifier: d5a1e00000"));
  await writeFile(join(directory, "d-sample/samples/input.json"), "{");

  const sentences: string[] = [];
  const log = { error: (_fields: object, sentence: string) => sentences.push(sentence) } as unknown as Log;
  const catalog = await readCatalog(directory, log);
  expect(catalog.entries.map(({ manifest }) => manifest.directory)).toEqual([join(directory, "a-good")]);
  expect(sentences).toEqual([
    expect.stringMatching(/a-good and .*b-twin are both model c0ffee0000 1\.0\.0: remove one\.$/),
    expect.stringContaining("c-broken"),
    expect.stringMatching(/d-sample\/samples\/input\.json cannot be used: /),
  ]);
});

test("a directory that cannot be read is a configuration error", async () => {
  const log = {} as Log;
  await expect(readCatalog("/no/such/models", log)).rejects.toThrow(ConfigurationError);
});
