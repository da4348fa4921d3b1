import { supportedMimeTypes } from "file-type";
import mimeDb from "mime-db";
import { expect, test } from "vitest";
import { isListed, mediaTypeName, typesOf } from "./media-type-names.js";

const registered = mimeDb;

test.each(Array.from(supportedMimeTypes, String))("%s is registered with IANA, or its names are listed", (type) => {
  const [bare = ""] = type.toLowerCase().split(";");
  expect(registered[bare]?.source === "iana" || isListed(bare)).toBe(true);
});

test("a name of a type is a name of one type only, and stands for itself among its types", () => {
  for (const type of supportedMimeTypes) {
    const name = mediaTypeName(type);
    expect(mediaTypeName(name)).toBe(name);
    expect(typesOf(type).map(mediaTypeName)).toEqual(typesOf(type));
  }
});

test.each([
  ["audio/mp4", "audio/x-m4a", "audio/m4a"],
  ["audio/wav", "audio/x-wav", "audio/vnd.wave", "audio/wave", "AUDIO/WAV"],
  ["audio/flac", "audio/x-flac"],
  ["audio/ogg", "audio/ogg; codecs=vorbis"],
  ["image/heif", "image/heic"],
  ["application/zip", "application/x-zip-compressed"],
  ["text/xml", "application/xml", "text/xml; charset=utf-8"],
  ["image/jpeg", "image/jpg", "image/pjpeg"],
  ["application/vnd.microsoft.portable-executable", "application/x-msdownload"],
])("%s has more names", (...names) => {
  expect(new Set(names.map(mediaTypeName)).size).toBe(1);
});

test("what is inside a container is the container, too", () => {
  expect(typesOf("application/vnd.openxmlformats-officedocument.wordprocessingml.document")).toContain(
    "application/zip",
  );
  expect(typesOf("application/vnd.oasis.opendocument.text")).toContain("application/zip");
  expect(typesOf("application/vnd.ms-excel.sheet.macroenabled.12")).toContain("application/zip");
  expect(typesOf("audio/ogg; codecs=opus")).toEqual(["audio/ogg", "audio/opus", "application/ogg"]);
  expect(typesOf("application/x-cfb")).toContain("application/msword");
});
