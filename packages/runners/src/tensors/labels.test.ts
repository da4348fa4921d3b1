import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readLabels } from "./labels.js";

async function folderWith(text: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-labels-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "labels.txt"), text);
  return folder;
}

test("labels come from model.yaml or from a file with one a line", async () => {
  expect(await readLabels("/", { labels: ["crane", "boat"] })).toEqual(["crane", "boat"]);
  expect(await readLabels(await folderWith("crane\r\nboat\n"), { labelsFile: "labels.txt" })).toEqual([
    "crane",
    "boat",
  ]);
});

test("two classes of one name are refused, wherever they are named", async () => {
  const twice =
    'has the label "crane" twice, as class 0 and class 2: give each class a name of its own, such as "crane 2".';
  await expect(readLabels("/", { labels: ["crane", "boat", "crane"] })).rejects.toThrow(
    `runner.postprocess.labels of its model.yaml ${twice}`,
  );
  await expect(readLabels(await folderWith("crane\nboat\ncrane\n"), { labelsFile: "labels.txt" })).rejects.toThrow(
    `runner.postprocess.labelsFile of its model.yaml ${twice}`,
  );
});

const readFrom = async (content: Uint8Array) => readLabels(await folderWith(content), { labelsFile: "labels.txt" });

test("a byte order mark and the line ends of Windows are no part of a label", async () => {
  expect(await readFrom(Buffer.from("\uFEFFtench\r\ngoldfish\r\ncafé\r\n"))).toEqual(["tench", "goldfish", "café"]);
});

test("labels in another encoding are refused, with what to do", async () => {
  await expect(readFrom(Buffer.from("\uFEFFtench\r\n", "utf16le"))).rejects.toThrow(
    /^runner\.postprocess\.labelsFile .*labels\.txt is UTF-16 text: convert it to UTF-8\.$/,
  );
  await expect(readFrom(Buffer.from("caf\xe9\n", "latin1"))).rejects.toThrow("is not UTF-8 text: byte 3 is 0xE9");
});
