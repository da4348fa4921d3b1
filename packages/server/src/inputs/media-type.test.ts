import sharp from "sharp";
import { expect, test } from "vitest";
import { checkMediaType } from "./media-type.js";

const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: "red" } })
  .png()
  .toBuffer();
const opus = Buffer.concat([Buffer.from("OggS"), Buffer.alloc(24), Buffer.from("OpusHead")]);
const check = (bytes: Uint8Array | string, ...accepted: string[]) =>
  checkMediaType("item", typeof bytes === "string" ? Buffer.from(bytes) : bytes, accepted);

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
])("accepts %s", async (_, bytes, accepted) => {
  await expect(check(bytes, ...accepted)).resolves.toBeUndefined();
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
])("rejects %s", async (_, bytes, accepted, message) => {
  await expect(check(bytes, ...accepted)).rejects.toThrow(message);
});
