import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hasSoundOnly } from "./media-tracks.js";

const folder = new URL("../../test/fixtures/recordings/", import.meta.url);
const recordings = readdirSync(folder)
  .filter((file) => !file.endsWith(".sh"))
  .map((file) => [file, readFileSync(new URL(file, folder))] as const);

test("tells sound in MP4 and WebM from films", () => {
  expect(recordings.filter(([, bytes]) => hasSoundOnly(bytes)).map(([file]) => file)).toEqual([
    "fragments.mp4",
    "live.webm",
    "voice.3gp",
    "voice.m4a",
    "voice.mka",
    "voice.mp4",
    "voice.webm",
  ]);
});

test("no bytes, and no file that is damaged or cut off, make it fail or search for long", () => {
  for (const [, bytes] of recordings)
    for (let length = 0; length < bytes.length; length += 1) hasSoundOnly(bytes.subarray(0, length));
  const damaged = fc.tuple(
    fc.constantFrom(...recordings),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 20 }),
  );
  fc.assert(
    fc.property(damaged, ([[, bytes], changes]) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      expect(typeof hasSoundOnly(copy)).toBe("boolean");
    }),
  );
  // Elements of no length, one after another.
  const endless = new Uint8Array(2 ** 24).map((_, at) => (at % 2 === 0 ? 0xec : 0x80));
  endless.set([0x1a, 0x45, 0xdf, 0xa3, 0x80]);
  expect(hasSoundOnly(endless)).toBe(false);
});
