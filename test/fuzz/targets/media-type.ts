import { InputError } from "../../../packages/server/src/inputs/input-error.ts";
import { acceptItem } from "../../../packages/server/src/inputs/media-type.ts";
import { rejectsOnly, type FuzzTarget } from "../target.ts";

/** A data item of any type that a model may declare: accepted or refused, in bounded time. */
export const target: FuzzTarget = {
  seeds: [
    Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex"),
    Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex"),
    Buffer.from("504b0304140000000800", "hex"),
    "RIFF\u0024\u0000\u0000\u0000WAVEfmt ",
    "OggS\u0000\u0002",
    '<?xml version="1.0"?><svg/>',
    "ID3\u0004\u0000\u0000\u0000\u0000\u0000\u0000",
    "plain text",
    Buffer.from("\uFEFFtext", "utf16le"),
    // The beginnings of WebM and MP4 with a track of sound.
    Buffer.from("1a45dfa3874282847765626d18538067ff1654ae6b85ae8383810200", "hex"),
    Buffer.from(
      `\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x30moov\0\0\0\x28trak\0\0\0\x20mdia\0\0\0\x18hdlr${"\0".repeat(8)}soun\0\0\0\0`,
    ),
  ],
  dictionary: [
    "PK\u0003\u0004",
    "ftyp",
    "moov",
    "IHDR",
    "acTL",
    "\u001aE\u00df\u00a3",
    "matroska",
    "mimetype",
    "[Content_Types].xml",
    "%PDF",
    "II*\u0000",
    "MM\u0000*",
  ],
  async run(data) {
    await rejectsOnly([InputError], () => acceptItem("item", data, ["image/*", "text/plain"]));
    await rejectsOnly([InputError], () => acceptItem("item", data, ["audio/wav", "application/json"]));
    await rejectsOnly([InputError], () => acceptItem("item", data, ["audio/webm", "audio/mp4"]));
  },
};
