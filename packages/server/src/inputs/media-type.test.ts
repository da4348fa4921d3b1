import { readFileSync } from "node:fs";
import sharp from "sharp";
import { expect, test } from "vitest";
import { acceptItem } from "./media-type.js";

const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: "red" } })
  .png()
  .toBuffer();
const opus = Buffer.concat([Buffer.from("OggS"), Buffer.alloc(24), Buffer.from("OpusHead")]);
const heif = Buffer.concat([Buffer.of(0, 0, 0, 24), Buffer.from("ftypmif1\0\0\0\0mif1heic")]);
const cfb = Buffer.from("d0cf11e0a1b11ae1", "hex");
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");
const recording = (file: string) => readFileSync(new URL(`../../test/fixtures/recordings/${file}`, import.meta.url));
const latin1 = (text: string) => Buffer.from(text, "latin1");
const check = (bytes: Uint8Array | string, ...accepted: string[]) =>
  acceptItem("item", typeof bytes === "string" ? Buffer.from(bytes) : bytes, accepted);

test.each<[string, Uint8Array | string, string[]]>([
  ["a picture for a model of pictures", png, ["image/jpeg", "image/png"]],
  ["any picture where all are taken", png, ["image/*"]],
  ["a recording that says its codec too", opus, ["audio/ogg"]],
  ["anything for a model of anything", Buffer.from([0, 255, 1]), ["*/*"]],
  ["a text that begins like a bitmap", "BMW makes cars", ["text/plain"]],
  ["a text that begins like a program", "MZ is no program", ["text/plain"]],
  ["JSON", '{"age": 42}', ["application/json"]],
  ["a table", "a,b\n1,2\n", ["text/csv"]],
  ["an empty text", "", ["text/plain"]],
  ["a type that no bytes tell", Buffer.from([0, 1, 2, 255]), ["application/x-tensor"]],
  [
    "what is in a zip and cannot be told",
    Buffer.from("PK\u0003\u0004\u0014\0\0\0\0\0", "latin1"),
    ["application/x-npz"],
  ],
  ["an old document of Word", Buffer.concat([cfb, Buffer.alloc(600)]), ["application/msword"]],
  ["what is in a compound file and cannot be told", Buffer.concat([cfb, Buffer.alloc(600)]), ["application/x-hwp"]],
  ["a text that begins like a bitmap, of a type that no bytes tell", "BMW makes cars", ["chemical/x-pdb"]],
  ["the registered name of a picture", heif, ["image/heif"]],
  ["the other name of a picture", heif, ["image/heic"]],
  ["a recording by its codec", opus, ["audio/opus"]],
  ["a recording by its container", opus, ["application/ogg"]],
  ["a voice message of an iPhone", recording("voice.m4a"), ["audio/mp4"]],
  ["a voice message by its file name", recording("voice.m4a"), ["audio/m4a"]],
  ["sound in MP4", recording("voice.mp4"), ["audio/mp4"]],
  ["sound in MP4 that was written in fragments", recording("fragments.mp4"), ["audio/x-m4a"]],
  ["sound of a phone", recording("voice.3gp"), ["audio/3gpp"]],
  ["sound in WebM", recording("voice.webm"), ["audio/webm"]],
  ["what a browser records", recording("live.webm"), ["audio/webm"]],
  ["sound in WebM for a model of films", recording("voice.webm"), ["video/webm"]],
  ["sound in Matroska", recording("voice.mka"), ["audio/x-matroska"]],
  ["sound in Ogg Opus", recording("voice.opus"), ["audio/opus"]],
  ["any sound", recording("voice.webm"), ["audio/*"]],
  ["a film", recording("film.mp4"), ["video/x-m4v"]],
  ["another film", recording("film.webm"), ["video/*"]],
])("accepts %s unchanged", async (_, bytes, accepted) => {
  await expect(check(bytes, ...accepted)).resolves.toEqual(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
});

test.each<[string, Uint8Array]>([
  ["with a byte order mark", Buffer.from("\uFEFFnaïve")],
  ["in UTF-16", utf16("naïve")],
  ["in big-endian UTF-16", utf16("naïve").swap16()],
  ["in UTF-16 without a mark", Buffer.from("naïve", "utf16le")],
])("gives a model of texts a text %s as UTF-8 without a mark", async (_, bytes) => {
  for (const accepted of ["text/plain", "text/csv", "application/json"])
    expect(Buffer.from(await check(bytes, "image/png", accepted)).toString()).toBe("naïve");
  // Whoever takes anything gets it as it is.
  expect(await check(bytes, "text/plain", "*/*")).toBe(bytes);
});

test("leaves XML in UTF-16 as it is, because it says itself how it is encoded", async () => {
  const xml = utf16('<?xml version="1.0" encoding="UTF-16"?><a/>');
  expect(await check(xml, "text/xml")).toBe(xml);
});

test.each<[string, Uint8Array | string, string[], string]>([
  [
    "a picture for a model of texts",
    png,
    ["text/plain"],
    'Data item "item" is image/png; the model accepts text/plain.',
  ],
  ["a text for a model of pictures", "no picture", ["image/jpeg"], "is text; the model accepts image/jpeg."],
  [
    "another kind of picture",
    png,
    ["image/jpeg", "image/webp"],
    "is image/png; the model accepts image/jpeg, image/webp.",
  ],
  ["bytes that are nothing", Buffer.from([200, 201, 0, 1]), ["text/plain"], "is neither UTF-8 text nor a known kind"],
  ["a film for a model of sound", recording("film.mp4"), ["audio/mp4"], "is video/mp4; the model accepts audio/mp4."],
  ["a film in WebM for a model of sound", recording("film.webm"), ["audio/*"], "is video/webm; the model accepts"],
  ["sound for a model of pictures", recording("voice.m4a"), ["image/*"], "is audio/mp4; the model accepts image/*."],
  ["Opus for a model of WebM", recording("voice.opus"), ["audio/webm"], "is audio/ogg; the model accepts audio/webm."],
  ["bytes for a model of WebM sound", Buffer.from([200, 201, 0, 1]), ["audio/webm"], "is neither UTF-8 text nor"],
  ["a text in UTF-16 for a model of sound", utf16("naïve"), ["audio/mpeg"], "is UTF-16 text; the model accepts"],
  [
    "a text in UTF-32",
    Buffer.from("fffe00006e0000006f000000", "hex"),
    ["text/plain", "audio/mpeg"],
    "is UTF-32 text: convert it to UTF-8; the model accepts",
  ],
  ["a text that begins like a bitmap", "BMW makes cars", ["image/bmp"], "is text; the model accepts image/bmp."],
  ["a document in letters only", "%PDF-1.4 text", ["image/png"], "is application/pdf; the model accepts image/png."],
  [
    "a text in Windows-1252",
    latin1("BMW f\xfcr alle"),
    ["text/plain"],
    'Data item "item" is not UTF-8 text: byte 5 is 0xFC; convert it to UTF-8; the model accepts text/plain.',
  ],
  ["a text in Windows-1252 for a model of pictures", latin1("BMW f\xfcr alle"), ["image/bmp"], "is text; the model"],
])("rejects %s", async (_, bytes, accepted, message) => {
  await expect(check(bytes, ...accepted)).rejects.toThrow(message);
});
