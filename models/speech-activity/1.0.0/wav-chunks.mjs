/** Tags of `fmt ` chunks (the codec, or that of the GUID in WAVE_FORMAT_EXTENSIBLE) that the decoder reads, and the bytes of their samples. */
const sampleBytes = new Map([
  [1, [1, 2, 3, 4]],
  [3, [4, 8]],
  [6, [1]],
  [7, [1]],
]);
const adpcmTags = [2, 0x11];
const extensibleTag = 0xfffe;

/**
 * A WAV file with nothing but its format and its samples, in the simplest form. Files have other chunks before the samples (LIST, fact,
 * bext, JUNK), of odd length with or without the byte that must follow, and sizes that were never written, as the length was not yet known.
 *
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 * @throws Error when it has no samples, or samples of another format.
 */
export function simplifyWav(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format;
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const [id, size] = [idAt(bytes, at), view.getUint32(at + 4, true)];
    const content = bytes.subarray(at + 8, at + 8 + size);
    if (id === "fmt ") format = readFormat(content);
    if (id === "data") {
      if (format === undefined) throw new Error("it has samples before it says their format");
      // Programs that write to a pipe leave 0 or a size that is beyond the end.
      return compose(format, size === 0 ? bytes.subarray(at + 8) : content);
    }
    const end = at + 8 + size;
    at = size % 2 === 1 && !isId(bytes, end) ? end + 1 : end;
  }
  throw new Error("it has no samples");
}

function readFormat(content) {
  if (content.byteLength < 16)
    throw new Error(`it has a format of ${content.byteLength} bytes, where at least 16 are needed`);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let tag = view.getUint16(0, true);
  if (tag === extensibleTag && content.byteLength >= 26) tag = view.getUint16(24, true);
  const [channels, rate, block, bits] = [2, 4, 12, 14].map((at) =>
    at === 4 ? view.getUint32(at, true) : view.getUint16(at, true),
  );
  if (channels === 0 || rate === 0 || block === 0) throw new Error("it has no channels or no sampling rate");
  if (adpcmTags.includes(tag)) return content;
  const width = block / channels;
  if (sampleBytes.get(tag)?.includes(width) !== true)
    throw new Error(`it has samples of ${bits} bits in the format 0x${tag.toString(16)}, which is not supported`);
  const format = new Uint8Array(16);
  const simple = new DataView(format.buffer);
  simple.setUint16(0, tag, true);
  simple.setUint16(2, channels, true);
  simple.setUint32(4, rate, true);
  simple.setUint32(8, rate * block, true);
  simple.setUint16(12, block, true);
  // Samples of 20 bits are in the upper bits of 3 bytes.
  simple.setUint16(14, width * 8, true);
  return format;
}

function compose(format, samples) {
  const headerBytes = 12 + 8 + format.byteLength + 8;
  const result = new Uint8Array(headerBytes + samples.byteLength);
  const view = new DataView(result.buffer);
  const chunk = (at, id, size) => {
    result.set(new TextEncoder().encode(id), at);
    view.setUint32(at + 4, size, true);
  };
  chunk(0, "RIFF", result.byteLength - 8);
  result.set(new TextEncoder().encode("WAVE"), 8);
  chunk(12, "fmt ", format.byteLength);
  result.set(format, 20);
  chunk(headerBytes - 8, "data", samples.byteLength);
  result.set(samples, headerBytes);
  return result;
}

function idAt(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Whether a chunk begins there: the byte that follows an odd length is zero, which is in no name. */
function isId(bytes, at) {
  return /^[\w -]{4}$/.test(idAt(bytes, at));
}
