import { expect, it } from "vitest";
import { maskSecrets, rememberOwnSecret, rememberSecret } from "./secret-values.js";

it("masks secrets in plain text, JSON and URLs, overlapping or repeated", () => {
  rememberSecret('pa"ss/word 1');
  rememberSecret("abcdefgh");
  rememberSecret("abcdefgh-longer");
  expect(maskSecrets('pa"ss/word 1, abcdefghabcdefgh-longer.')).toBe("[hidden], [hidden][hidden].");
  expect(maskSecrets(JSON.stringify({ error: 'of pa"ss/word 1!' }))).toBe('{"error":"of [hidden]!"}');
  expect(maskSecrets("https://host/?p=pa%22ss%2Fword%201&x")).toBe("https://host/?p=[hidden]&x");
  expect(maskSecrets("nothing at all")).toBe("nothing at all");
});

it("remembers the secret fields of an object, and a URL's password and query", () => {
  rememberSecret(
    JSON.stringify({
      type: "jdbc",
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI",
      database: { url: "jdbc:postgresql://host/db?password=from-the-url", password: "from-the-field" },
    }),
  );
  rememberSecret("https://hooks.example.com/path?token=from-the-query");
  const text = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI from-the-url from-the-field jdbc:postgresql from-the-query /path";
  expect(maskSecrets(text)).toBe("AKIAIOSFODNN7EXAMPLE [hidden] [hidden] [hidden] jdbc:postgresql [hidden] /path");
});

it("does not mask words that are too short to be secrets", () => {
  rememberSecret("short");
  rememberOwnSecret("1234567");
  expect(maskSecrets("short 1234567")).toBe("short 1234567");
});
