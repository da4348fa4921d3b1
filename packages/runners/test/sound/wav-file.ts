/** The layouts in which programs write WAV, byte for byte as in the header of such a file. */

/** How samples are written: the tag of their format, and one of them, from -1 to 1. */
export interface SampleFormat {
  readonly tag: number;
  readonly bytes: number;
  readonly write: (view: DataView, at: number, value: number) => void;
  /** How far a sample may be from what was written. */
  readonly within: number;
}

const whole = (bits: number, write: SampleFormat["write"]): SampleFormat => ({
  tag: 1,
  bytes: bits / 8,
  write,
  // Half a step of rounding, and decoders that divide by one step more or less.
  within: 2 / 2 ** (bits - 1) + 2e-7,
});
const scaled = (value: number, bits: number) =>
  Math.max(-(2 ** (bits - 1)), Math.min(2 ** (bits - 1) - 1, Math.round(value * 2 ** (bits - 1))));

export const sampleFormats = {
  "8-bit": whole(8, (view, at, value) => view.setUint8(at, scaled(value, 8) + 128)),
  "16-bit": whole(16, (view, at, value) => view.setInt16(at, scaled(value, 16), true)),
  "24-bit": whole(24, (view, at, value) => {
    const level = scaled(value, 24);
    view.setUint16(at, level & 0xffff, true);
    view.setInt8(at + 2, level >> 16);
  }),
  "32-bit": whole(32, (view, at, value) => view.setInt32(at, scaled(value, 32), true)),
  "32-bit float": { tag: 3, bytes: 4, write: (view, at, value) => view.setFloat32(at, value, true), within: 0 },
  "64-bit float": { tag: 3, bytes: 8, write: (view, at, value) => view.setFloat64(at, value, true), within: 0 },
  "A-law": {
    tag: 6,
    bytes: 1,
    write: (view, at, value) => view.setUint8(at, toALaw(scaled(value, 16))),
    within: 0.016,
  },
  "mu-law": {
    tag: 7,
    bytes: 1,
    write: (view, at, value) => view.setUint8(at, toMuLaw(scaled(value, 16))),
    within: 0.016,
  },
} as const satisfies Record<string, SampleFormat>;

export interface WavLayout {
  readonly channels?: number;
  readonly rate?: number;
  /** Bytes of the `fmt ` chunk: 16; 18 with an empty extension; 40 is WAVE_FORMAT_EXTENSIBLE. */
  readonly formatBytes?: 16 | 18 | 40;
  /** Chunks between format and samples. */
  readonly between?: readonly Uint8Array[];
  /** What the header says instead of the length of the file and of its samples. */
  readonly sizes?: number;
  readonly after?: Uint8Array;
}

/** A WAV file of the samples of one channel, the same in every channel. */
export function wavFile(samples: ArrayLike<number>, format: SampleFormat, layout: WavLayout = {}): Uint8Array {
  const { channels = 1, rate = 16_000, formatBytes = 16, between = [], sizes, after = new Uint8Array() } = layout;
  const fmt = new DataView(new ArrayBuffer(formatBytes));
  fmt.setUint16(0, formatBytes === 40 ? 0xfffe : format.tag, true);
  fmt.setUint16(2, channels, true);
  fmt.setUint32(4, rate, true);
  fmt.setUint32(8, rate * channels * format.bytes, true);
  fmt.setUint16(12, channels * format.bytes, true);
  fmt.setUint16(14, format.bytes * 8, true);
  if (formatBytes === 40) {
    fmt.setUint16(16, 22, true);
    fmt.setUint16(18, format.bytes * 8, true);
    // The rest of the GUID of a format that has a tag.
    const guid = [format.tag, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
    guid.forEach((byte, at) => fmt.setUint8(24 + at, byte));
  }
  const data = new DataView(new ArrayBuffer(samples.length * channels * format.bytes));
  for (let at = 0; at < samples.length * channels; at += 1)
    format.write(data, at * format.bytes, samples[Math.floor(at / channels)] ?? 0);
  const content = [
    Buffer.from("WAVE"),
    chunk("fmt ", new Uint8Array(fmt.buffer)),
    ...between,
    chunk("data", new Uint8Array(data.buffer), { size: sizes }),
    after,
  ];
  return new Uint8Array(chunk("RIFF", Buffer.concat(content), { size: sizes, padded: false }));
}

/** A chunk with its header, and the byte after an odd length that the format asks for and some programs leave out. */
export function chunk(
  id: string,
  content: Uint8Array,
  { size = content.byteLength, padded = true }: { size?: number | undefined; padded?: boolean } = {},
): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, "latin1");
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, content, Buffer.alloc(padded ? content.byteLength % 2 : 0)]);
}

// ITU-T G.711: a sign, the place of the highest bit, and the four bits below it.
function toALaw(sample: number): number {
  const level = Math.min(Math.abs(sample) >> 4, 2_047);
  const segment = level < 16 ? 0 : 31 - Math.clz32(level) - 3;
  const code = (segment << 4) | ((level >> Math.max(0, segment - 1)) & 15);
  return ((sample < 0 ? 0 : 0x80) | code) ^ 0x55;
}

function toMuLaw(sample: number): number {
  const level = Math.min(Math.abs(sample), 32_635) + 132;
  const segment = 31 - Math.clz32(level) - 7;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((level >> (segment + 3)) & 15)) & 0xff;
}
