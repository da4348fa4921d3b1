import decodeFlac from "@audio/decode-flac";
import decodeMp3 from "@audio/decode-mp3";
import decodeOpus from "@audio/decode-opus";
import decodeVorbis from "@audio/decode-vorbis";
import decodeWav from "@audio/decode-wav";
import { isMpegAudio } from "./mpeg-frames.mjs";
import { simplifyWav } from "./wav-chunks.mjs";

/** What cannot be decoded, by how it begins. */
const others = [
  ["RIFX", "big-endian WAV (RIFX)"],
  ["RF64", "64-bit WAV (RF64)"],
  ["BW64", "64-bit WAV (BW64)"],
  ["riff", "Wave64"],
  ["OggS", "Ogg without Vorbis, Opus or FLAC"],
  ["\x1a\x45\xdf\xa3", "WebM or Matroska"],
  ["\xff\xf1", "AAC"],
  ["\xff\xf9", "AAC"],
  ["FORM", "AIFF"],
  ["caff", "CAF"],
  [".snd", "AU"],
  ["#!AMR", "AMR"],
  ["\x30\x26\xb2\x75", "Windows Media (ASF)"],
];

const readable = "WAV, FLAC, MP3, Ogg Vorbis or Opus";

/**
 * The samples of a recording, from -1 to 1, and how many there are a second.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<{channelData: Float32Array[], sampleRate: number}>}
 * @throws Error with the part of a sentence that follows the name of the data item.
 */
export async function decodeSound(bytes) {
  const { decode, refusal } = kindOf(bytes);
  if (refusal !== undefined)
    throw new Error(`is ${refusal}: convert it to ${readable}, for example with "ffmpeg -i recording recording.flac"`);
  let sound;
  try {
    sound = await decode(bytes);
  } catch (error) {
    throw new Error(`cannot be decoded (${error.message}): convert it to ${readable}`, { cause: error });
  }
  if (!(sound.channelData[0]?.length > 0)) throw new Error(`has no samples; expected ${readable}`);
  return sound;
}

/** By the first bytes. */
function kindOf(bytes) {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString("latin1");
  const has = (signature, at = 0) => start.startsWith(signature, at);
  if (has("RIFF") && has("WAVE", 8)) return { decode: (wav) => decodeWav(simplifyWav(wav)) };
  // Behind the header of the first page of Ogg.
  const codec = has("OggS") ? 28 : 0;
  if (has("fLaC") || has("\x7fFLAC", codec)) return { decode: decodeFlac };
  if (has("OpusHead", codec)) return { decode: decodeOpus };
  if (has("\x01vorbis", codec)) return { decode: decodeVorbis };
  if (has("ftyp", 4)) return { refusal: "MP4 (M4A, mostly with AAC)" };
  if (isMpegAudio(bytes)) return { decode: decodeMp3 };
  return {
    refusal: others.find(([signature]) => has(signature))?.[1] ?? "no known kind of recording",
  };
}
