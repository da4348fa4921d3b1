import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { checksumOf } from "./checksum.js";

/** The check values of "123456789" in the catalogue of parametrised CRC algorithms, https://reveng.sourceforge.io/crc-catalogue/ */
const content = Buffer.from("123456789");
const known: readonly [algorithm: string, hex: string][] = [
  ["crc32", "cbf43926"],
  ["crc32c", "e3069283"],
  ["crc64nvme", "ae8b14860a799888"],
  ["sha1", createHash("sha1").update(content).digest("hex")],
  ["sha256", createHash("sha256").update(content).digest("hex")],
];
const header = (algorithm: string, hex: string) => ({
  [`x-amz-checksum-${algorithm}`]: Buffer.from(hex, "hex").toString("base64"),
});

test.each(known)("verifies %s over all chunks", async (algorithm, hex) => {
  const right = checksumOf(header(algorithm, hex));
  right?.update(content.subarray(0, 4));
  right?.update(content.subarray(4));
  expect(await right?.matches()).toBe(true);
  const wrong = checksumOf(header(algorithm, hex));
  wrong?.update(content.subarray(0, 8));
  expect([wrong?.algorithm, await wrong?.matches()]).toEqual([algorithm, false]);
});

test("verifies the cheapest of several checksums", () => {
  expect(
    checksumOf({ ...header("crc32c", "e3069283"), ...header("sha1", "00"), ...header("crc32", "cbf43926") })?.algorithm,
  ).toBe("crc32");
});

test.each([
  ["no checksum", {}],
  ["a checksum of parts' checksums", { "x-amz-checksum-crc32": "y/Q5Jg==-3" }],
  ["a composite checksum", { ...header("crc32", "cbf43926"), "x-amz-checksum-type": "COMPOSITE" }],
  ["an unknown algorithm", header("md2", "00")],
])("%s does not verify the bytes", (_name, headers) => {
  expect(checksumOf(headers)).toBeNull();
});

test("verifies a full-object checksum of a multipart upload", () => {
  expect(checksumOf({ ...header("crc32", "cbf43926"), "x-amz-checksum-type": "FULL_OBJECT" })).not.toBeNull();
});
