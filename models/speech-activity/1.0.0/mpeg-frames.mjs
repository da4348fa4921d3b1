// Kilobits a second by the upper four bits of the third byte; MPEG 2 and 2.5 have one list for both layers.
const layer2Rates = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const layer3Rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const lowRates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const samplingRates = [44_100, 48_000, 32_000];
// A file may have been cut in the middle of a frame, the longest of which has 1,729 bytes.
const searchedBytes = 4_096;

/**
 * Whether a file is MPEG audio (MP3 or MP2): two frames in a row, after a tag or the rest of a frame. A decoder finds something that it takes
 * for a frame in nearly all bytes, and answers noise.
 *
 * @param {Uint8Array} bytes
 */
export function isMpegAudio(bytes) {
  const begin = tagBytes(bytes);
  for (let at = begin; at < begin + searchedBytes && at + 4 <= bytes.byteLength; at += 1) {
    const first = readHeader(bytes, at);
    if (first === undefined) continue;
    const next = at + first.byteLength;
    if (next === bytes.byteLength || readHeader(bytes, next)?.kind === first.kind) return true;
  }
  return false;
}

/** How long the ID3 tag in front is. */
function tagBytes(bytes) {
  if (String.fromCharCode(...bytes.subarray(0, 3)) !== "ID3") return 0;
  return 10 + bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
}

/** @returns undefined for what is no header of a frame of layer II or III. */
function readHeader(bytes, at) {
  const [sync, versionAndLayer, rates] = bytes.subarray(at, at + 3);
  if (sync !== 0xff || versionAndLayer < 0xe0 || rates === undefined) return undefined;
  const version = (versionAndLayer >> 3) & 3;
  const isMpeg1 = version === 3;
  const layer = 4 - ((versionAndLayer >> 1) & 3);
  const samplingRate = samplingRates[(rates >> 2) & 3] / { 3: 1, 2: 2, 0: 4 }[version];
  const kilobits = (isMpeg1 ? (layer === 2 ? layer2Rates : layer3Rates) : lowRates)[rates >> 4];
  if ((layer !== 2 && layer !== 3) || !kilobits || !(samplingRate > 0)) return undefined;
  const samplesByEight = layer === 3 && !isMpeg1 ? 72 : 144;
  const byteLength = Math.floor((samplesByEight * kilobits * 1_000) / samplingRate) + ((rates >> 1) & 1);
  return { byteLength, kind: `${version} ${layer} ${samplingRate}` };
}
