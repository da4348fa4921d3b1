import { describe, expect, it } from "vitest";
import { createOutbound } from "./outbound.js";

const addresses: Readonly<Record<string, string>> = {
  "minio.internal": "10.1.2.3",
  "a.corp.example": "10.9.9.9",
  "corp.example": "10.9.9.9",
  "evilcorp.example": "10.9.9.9",
  "meta.corp.example": "169.254.169.254",
  "public.example": "93.184.215.14",
};
const isAllowed = (allowed: string, host: string, port = 80) =>
  createOutbound({ allowed, resolve: async (name) => [{ address: addresses[name] ?? "", family: 4 }] })
    .resolve(host, port)
    .then(
      () => true,
      () => false,
    );

describe("MILLRACE_OUTBOUND", () => {
  it.each([
    ["", "public.example", 80, true],
    ["", "8.8.8.8", 80, true],
    ["", "64:ff9b::808:808", 80, true],
    ["", "2606:4700::1111", 443, true],
    ["", "2606:4700::1111%a:b", 443, true],
    ["", "fe80::1%eth-0", 80, false],
    ["", "10.1.2.3", 80, false],
    ["10.1.0.0/16", "10.1.2.3", 80, true],
    ["10.1.0.0/16", "::ffff:10.1.2.3", 80, true],
    ["10.1.0.0/16", "minio.internal", 80, true],
    ["10.1.0.0/16", "10.2.0.1", 80, false],
    ["10.1.0.0/16:9000", "10.1.2.3", 80, false],
    ["10.1.0.0/16:9000", "10.1.2.3", 9_000, true],
    ["10.1.2.3", "minio.internal", 80, true],
    ["minio.internal:9000", "minio.internal", 9_000, true],
    ["minio.internal:9000", "MINIO.internal.", 9_000, true],
    ["minio.internal:9000", "minio.internal", 80, false],
    ["minio.internal:9000", "10.1.2.3", 9_000, false],
    ["*.corp.example", "a.corp.example", 80, true],
    ["*.corp.example", "corp.example", 80, false],
    ["*.corp.example", "evilcorp.example", 80, false],
    ["*.corp.example", "meta.corp.example", 80, false],
    ["private", "192.168.1.1", 80, true],
    ["private", "fd00::1", 80, true],
    ["private", "127.0.0.1", 80, false],
    ["private", "fd00:ec2::254", 80, false],
    ["private", "100.100.100.200", 80, false],
    [" loopback , private ", "::1", 80, true],
    ["loopback:9000", "127.0.0.1", 9_000, true],
    ["loopback:9000", "127.0.0.1", 80, false],
    ["[::1]:9000", "::1", 9_000, true],
    ["[fd00::/8]:443", "fd12::1", 443, true],
    ["fd00::/8", "fe80::1", 443, false],
    ["0.0.0.0/0,::/0", "127.0.0.1", 80, true],
    ["0.0.0.0/0,::/0", "169.254.169.254", 80, false],
    ["169.254.169.254", "169.254.169.254", 80, true],
  ])("%j allows %s at port %i: %s", async (allowed, host, port, expected) => {
    expect(await isAllowed(allowed, host, port)).toBe(expected);
  });

  it.each([
    "10.0.0.0/33",
    "10.0.0.0/x",
    "300.0.0.1/8",
    "*",
    "http://minio",
    "minio.internal:0",
    "minio:70000",
    "a b",
    "[::1",
  ])("names an invalid entry: %s", (entry) => {
    expect(() => createOutbound({ allowed: `private,${entry}` })).toThrow(
      `MILLRACE_OUTBOUND is not valid: found ${JSON.stringify(entry)}, expected a network such as 10.1.0.0/16`,
    );
  });
});
