import { describe, expect, it } from "vitest";
import { keyFor, parseServerKeys } from "./server-keys.js";

describe("a key of a model server", () => {
  const keys = parseServerKeys(
    "https://api.example.com/v1=sk-first=1, https://api.example.com/v1/team/=sk-second,http://10.0.0.7:8000=sk-third-",
  );

  it.each([
    ["https://api.example.com/v1", "sk-first=1"],
    ["https://API.example.com:443/v1/", "sk-first=1"],
    ["https://api.example.com/v1/other", "sk-first=1"],
    ["https://api.example.com/v1/team", "sk-second"],
    ["http://10.0.0.7:8000/v1", "sk-third-"],
  ])("goes to %s", (address, key) => expect(keyFor(keys, address)).toBe(key));

  it.each([
    "http://api.example.com/v1",
    "https://api.example.com",
    "https://api.example.com/v10",
    "https://api.example.com/v1/../files",
    "https://api.example.com/v1/%2e%2e/files",
    "https://api.example.com/v1/..%2ffiles",
    "https://api.example.com/v1/x%5c..",
    "https://api.example.com:8443/v1",
    "https://api.example.com.evil.test/v1",
    "https://api.example.com@evil.test/v1",
    "https://evil.test/https://api.example.com/v1",
    "https://user@api.example.com/v1",
    "https://api.example.com/v1?x",
    "http://10.0.0.7:80/v1",
    "api.example.com/v1",
  ])("does not go to %s", (address) => expect(keyFor(keys, address)).toBeUndefined());

  it.each([
    "sk-only-a-key",
    "https://a.example=short",
    "ftp://a.example=long-enough",
    "https://a.example?x=long-enough",
    "",
  ])("is not read from %j, and not shown", (text) => {
    expect(() => parseServerKeys(`https://b.example=sk-secret-1,${text}`)).toThrow(
      /^entry 2 is not valid \(it is not shown\): expected https:\/\/host\/path=KEY/,
    );
  });
});
