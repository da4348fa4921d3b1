import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MillraceError } from "@millrace/client";
import { expect, test } from "vitest";
import { readOnnxFile } from "./onnx-file.js";
import { readTabularModel } from "./tabular-model.js";

const maps = fileURLToPath(new URL("../../../../runners/test/onnx-models/sklearn-maps.onnx", import.meta.url));

test("a file with any one byte changed is read, or refused with a sentence", async () => {
  const folder = await mkdtemp(join(tmpdir(), "onnx-file-"));
  const file = join(folder, "damaged.onnx");
  try {
    const original = await readFile(maps);
    for (let at = 0; at < original.length; at++) {
      const damaged = Buffer.from(original);
      damaged[at] = (damaged[at] ?? 0) ^ (at % 2 === 0 ? 0x07 : 0xff);
      await writeFile(file, damaged);
      const refusal: unknown = await readOnnxFile(file)
        .then((onnx) => readTabularModel(file, onnx))
        .catch((error: unknown) => error);
      if (refusal instanceof Error) expect(refusal).toBeInstanceOf(MillraceError);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
