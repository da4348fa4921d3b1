import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chunk, sampleFormats, wavFile, type SampleFormat, type WavLayout } from "./wav-file.js";

interface Sound {
  readonly channelData: readonly Float32Array[];
  readonly sampleRate: number;
}
const model = new URL("../../../../models/speech-activity/1.0.0/decode-sound.mjs", import.meta.url).href;
const { decodeSound } = (await import(model)) as { decodeSound: (bytes: Uint8Array) => Promise<Sound> };

const samples = Float32Array.from({ length: 998 }, (_, at) => 0.9 * Math.sin(at / 7) * Math.cos(at / 301));

/** How far a channel is from what it should be, at most. */
const distance = (found: ArrayLike<number> = [], wanted: ArrayLike<number>) =>
  Array.from(wanted).reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] ?? Infinity))), 0);

const expectSamples = ({ channelData, sampleRate }: Sound, format: SampleFormat, layout: WavLayout = {}) => {
  expect(sampleRate).toBe(layout.rate ?? 16_000);
  expect(channelData).toHaveLength(layout.channels ?? 1);
  for (const channel of channelData) {
    expect(channel).toHaveLength(samples.length);
    expect(distance(channel, samples)).toBeLessThanOrEqual(format.within);
  }
};

const list = (text: string, padded = true) => chunk("LIST", Buffer.from(`INFOISFT${text}`), { padded });
const fact = chunk("fact", Buffer.from(Uint32Array.of(samples.length).buffer));

describe("WAV", () => {
  describe.each(Object.entries(sampleFormats))("of %s samples", (_, format) => {
    it.each<[string, WavLayout]>([
      ["with the shortest header", {}],
      ["with an extension and a fact chunk, as scipy writes it", { formatBytes: 18, between: [fact] }],
      [
        "with WAVE_FORMAT_EXTENSIBLE and a LIST, as ffmpeg writes it",
        { formatBytes: 40, between: [fact, list("Lavf59")] },
      ],
      ["after a chunk of odd length", { between: [list("odd")] }],
      ["after a chunk of odd length without the byte that must follow", { between: [list("odd", false)] }],
      ["in stereo", { channels: 2, rate: 44_100 }],
      ["in six channels", { channels: 6, rate: 48_000, formatBytes: 40 }],
      ["from a pipe: no length is known", { sizes: 0xffff_ffff }],
      ["from a pipe of sox", { sizes: 0x7fff_ffff }],
      ["from a program that ended before it wrote the length", { sizes: 0 }],
      ["before another chunk", { after: list("odd") }],
    ])("%s", async (_name, layout) => {
      expectSamples(await decodeSound(wavFile(samples, format, layout)), format, layout);
    });
  });

  it("is cut off at its end: what there is counts", async () => {
    const bytes = wavFile(samples, sampleFormats["16-bit"]);
    const { channelData } = await decodeSound(bytes.subarray(0, bytes.byteLength - 101));
    expect(channelData[0]).toHaveLength(samples.length - 51);
  });

  it.each<[string, Uint8Array, string]>([
    ["64-bit integers", wavFile(samples, { ...sampleFormats["64-bit float"], tag: 1 }), "samples of 64 bits"],
    ["MP3", wavFile(samples, { ...sampleFormats["8-bit"], tag: 0x55 }), "the format 0x55"],
    ["no samples", wavFile([], sampleFormats["16-bit"]), "has no samples"],
    ["no channels", wavFile(samples, sampleFormats["16-bit"], { channels: 0 }), "no channels"],
    ["no format", Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE"), chunk("data", Buffer.alloc(99))]), "before it says"],
    ["nothing", Buffer.from("RIFF\0\0\0\0WAVE"), "has no samples"],
  ])("with %s is refused", async (_name, bytes, message) => {
    await expect(decodeSound(bytes)).rejects.toThrow(message);
  });
});

describe("compressed recordings", () => {
  const { every, files } = JSON.parse(readFileSync(new URL("samples.json", import.meta.url), "utf8")) as {
    every: number;
    files: Record<string, { rate: number; length: number; samples: number[] }>;
  };
  it.each(Object.entries(files))(
    "%s has the samples that ffmpeg decodes",
    async (file, { rate, length, samples: wanted }) => {
      const bytes = readFileSync(new URL(`../recordings/${file}`, import.meta.url));
      const { channelData, sampleRate } = await decodeSound(new Uint8Array(bytes));
      expect(sampleRate).toBe(rate);
      expect(channelData[0]).toHaveLength(length);
      const found = Array.from(wanted, (_, at) => channelData[0]?.[at * every]);
      expect(distance(found as number[], wanted)).toBeLessThan(2e-4);
    },
  );
});

describe("what cannot be decoded is named, not taken for MP3", () => {
  const noise = (start: string) => Buffer.concat([Buffer.from(start, "latin1"), Buffer.from(samples.buffer)]);
  it.each([
    ["\0\0\0\x20ftypM4A ", "is MP4 (M4A, mostly with AAC): convert it to WAV, FLAC, MP3, Ogg Vorbis or Opus"],
    ["\xff\xf1\x60\x40", "is AAC: convert it"],
    ["\x1a\x45\xdf\xa3", "is WebM or Matroska: convert it"],
    [`OggS${"\0".repeat(24)}Speex   `, "is Ogg without Vorbis, Opus or FLAC: convert it"],
    ["FORM\0\0\0\0AIFF", "is AIFF: convert it"],
    [".snd\0\0\0\x18", "is AU: convert it"],
    ["caff", "is CAF: convert it"],
    ["RF64", "is 64-bit WAV (RF64): convert it"],
    ["ID3\x04\0\0\0\0\0\x05", "is no known kind of recording: convert it"],
    ["Hello", "is no known kind of recording: convert it"],
    ["", "is no known kind of recording: convert it"],
  ])("%j", async (start, message) => {
    await expect(decodeSound(noise(start))).rejects.toThrow(message);
  });
});
