import { describe, expect, it } from "vitest";
import { readConfiguration } from "./configuration.js";
import { Environment } from "./environment.js";

const shaped = Object.entries(Environment.properties as Record<string, { pattern?: string }>).flatMap(
  ([name, { pattern }]) => (pattern === undefined ? [] : [[name, pattern] as const]),
);

describe("an environment variable that is not valid", () => {
  it.each(shaped)("%s: the message says what is expected, and no regular expression", (name, pattern) => {
    const value = "s3:// ?\n";
    expect(value).not.toMatch(new RegExp(pattern));
    let message = "";
    try {
      readConfiguration({}, { [name]: value });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^${name} is not valid`));
    expect(message).not.toContain(pattern);
    expect(message).not.toMatch(/\^|\\d|\[A-Z/);
  });

  it("is described by its form, not by its purpose", () => {
    expect(() => readConfiguration({}, { MILLRACE_MAX_CONNECTIONS: "many" })).toThrow(
      'MILLRACE_MAX_CONNECTIONS is not valid: found the string "many", expected a whole number from 1 to 999999.',
    );
  });

  it("may have a scheme in capitals", () => {
    expect(readConfiguration({}, { AWS_ENDPOINT_URL_S3: "HTTP://minio:9000" }).s3Endpoint).toBe("HTTP://minio:9000");
  });
});
