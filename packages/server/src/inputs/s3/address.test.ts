import fc from "fast-check";
import { expect, test } from "vitest";
import { addressOf, encodePath, isAmazon } from "./address.js";
import type { S3Object } from "./object.js";

const object = (change: Partial<S3Object> = {}): S3Object => ({
  bucket: "some-bucket",
  key: "a/b.txt",
  region: "eu-west-1",
  credentials: null,
  ...change,
});

test.each([
  ["some-bucket", "eu-west-1", "https://some-bucket.s3.eu-west-1.amazonaws.com", "/a/b.txt"],
  ["some-bucket", "cn-north-1", "https://some-bucket.s3.cn-north-1.amazonaws.com.cn", "/a/b.txt"],
  ["dotted.bucket", "eu-west-1", "https://s3.eu-west-1.amazonaws.com", "/dotted.bucket/a/b.txt"],
  ["Old_Bucket", "us-east-1", "https://s3.us-east-1.amazonaws.com", "/Old_Bucket/a/b.txt"],
])("Amazon's address of bucket %s in %s", (bucket, region, origin, path) => {
  expect(addressOf(object({ bucket }), region, undefined)).toEqual({ origin, host: new URL(origin).host, path });
});

test.each([
  ["http://127.0.0.1:9000", "http://127.0.0.1:9000", "/some-bucket/a/b.txt"],
  ["https://store.example/", "https://store.example", "/some-bucket/a/b.txt"],
  ["https://store.example:443/s3//", "https://store.example", "/s3/some-bucket/a/b.txt"],
  ["https://name:password@store.example", "https://store.example", "/some-bucket/a/b.txt"],
])("the address at endpoint %s", (endpoint, origin, path) => {
  expect(addressOf(object(), "us-east-1", endpoint)).toEqual({ origin, host: new URL(origin).host, path });
});

test.each([
  ["a b+c?d#e%f.txt", "a%20b%2Bc%3Fd%23e%25f.txt"],
  ["!'()*~-_.", "%21%27%28%29%2A~-_."],
  ["ü/日本/😀", "%C3%BC/%E6%97%A5%E6%9C%AC/%F0%9F%98%80"],
  ["a%2Fb", "a%252Fb"],
  ["../x//y/", "../x//y/"],
])("the path of %s", (key, path) => {
  expect(encodePath(key)).toBe(path);
});

test("every key survives a round trip through its path", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (key) => {
      const path = encodePath(key);
      expect(path).toMatch(/^([A-Za-z0-9_.~/-]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(path)).toBe(key);
    }),
  );
});

test("one leading slash of the key is dropped", () => {
  expect(addressOf(object({ key: "/a/b.txt" }), "eu-west-1", undefined).path).toBe("/a/b.txt");
  expect(addressOf(object({ key: "//a" }), "eu-west-1", undefined).path).toBe("//a");
});

test.each([
  ["an empty key, which would list the bucket", { key: "" }, "InvalidKey"],
  ["a key that is only a slash", { key: "/" }, "InvalidKey"],
  ["a key with half a character", { key: "a\ud800" }, "InvalidKey"],
  ["an empty bucket", { bucket: "" }, "InvalidBucketName"],
  ["a bucket that climbs", { bucket: ".." }, "InvalidBucketName"],
  ["a bucket with a slash", { bucket: "a/b" }, "InvalidBucketName"],
  ["a region that is a host", { region: "evil.example/" }, "InvalidRegion"],
  ["a region with a fragment", { region: "x#" }, "InvalidRegion"],
  ["an empty region", { region: "" }, "InvalidRegion"],
  ["an endpoint without a scheme", { endpoint: "store.example" }, "InvalidEndpoint"],
  ["an endpoint that is a file", { endpoint: "file:///etc/passwd" }, "InvalidEndpoint"],
])("rejects %s", (_name, change: Partial<S3Object>, code) => {
  const wrong = object(change);
  expect(() => addressOf(wrong, wrong.region, wrong.endpoint)).toThrow(
    expect.objectContaining({ code, isTransient: false }),
  );
});

test("distinguishes Amazon's endpoints from others", () => {
  expect(isAmazon(undefined)).toBe(true);
  expect(isAmazon("https://s3.eu-west-1.amazonaws.com")).toBe(true);
  expect(isAmazon("https://s3.cn-north-1.amazonaws.com.cn")).toBe(true);
  expect(isAmazon("https://amazonaws.com.evil.example")).toBe(false);
  expect(isAmazon("https://evilamazonaws.com")).toBe(false);
});
