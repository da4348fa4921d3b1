import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const originals = fileURLToPath(new URL("../../examples/data/photos/", import.meta.url));

// What cameras and phones put on the web: 1 to 2 megapixels, 100 to 300 KB.
const sizes = [
  { width: 1_280, height: 960 },
  { width: 1_600, height: 1_200 },
  { width: 1_080, height: 1_440 },
] as const;
const quality = 82;
// Enlarged pictures are smooth; those of a sensor are not, and take longer to decode.
const noiseSigma = 7;

/**
 * Makes photographs from those of the repository, each in several sizes, with the noise that a sensor has. They are kept for later runs.
 *
 * @returns the folder they are in.
 */
export async function makePhotographs(): Promise<string> {
  const folder = join(tmpdir(), `millrace-photographs-${sizes.length}-${quality}-${noiseSigma}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished);
  let count = 0;
  for (const name of (await readdir(originals)).filter((file) => file.endsWith(".jpg")).toSorted())
    for (const size of sizes)
      await writeFile(join(unfinished, `${String(count++).padStart(3, "0")}.jpg`), await photograph(name, size));
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  return folder;
}

async function photograph(name: string, { width, height }: { width: number; height: number }): Promise<Buffer> {
  const enlarged = await sharp(join(originals, name)).toColourspace("srgb").resize(width, height).png().toBuffer();
  const noise = { type: "gaussian", mean: 128, sigma: noiseSigma } as const;
  const grain = await sharp({ create: { width, height, channels: 3, background: "grey", noise } })
    .png()
    .toBuffer();
  // Half of 255 changes nothing, what is above or below it does.
  return sharp(enlarged)
    .composite([{ input: grain, blend: "soft-light" }])
    .jpeg({ quality })
    .toBuffer();
}
