import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createS3Client } from "../../src/inputs/s3/client.js";
import { createOutbound } from "../../src/outbound/outbound.js";

// Of this test alone: self-signed, for bucket.test.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6n3NJ/qoJtwTor4m
zHEU+SuoUgetR0pV7EGzU48wc/ihRANCAAS4UZh8U8zbjPX7nRK/fDQIhNaL1D+S
PFUKvcHy4g7dXyx6AE1ihwh72y4yBZVv8I0bp5WMu95M/gxb1K2Tszce
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUWfqmO0DH/vWonqldfZgldEoKbkIwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLYnVja2V0LnRlc3QwIBcNMjYxMTI5MDk1MzE4WhgPMjEyNjEx
MDUwOTUzMThaMBYxFDASBgNVBAMMC2J1Y2tldC50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEuFGYfFPM24z1+50Sv3w0CITWi9Q/kjxVCr3B8uIO3V8segBN
YocIe9suMgWVb/CNG6eVjLveTP4MW9Stk7M3HqNrMGkwHQYDVR0OBBYEFPn3bFSQ
/5uhmnreHeKBx+4ZQXLGMB8GA1UdIwQYMBaAFPn3bFSQ/5uhmnreHeKBx+4ZQXLG
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILYnVja2V0LnRlc3QwCgYIKoZI
zj0EAwIDSAAwRQIhAIcanhe2eZ9fvqrNgUsk6Xmg9QJ83Z6D/MuiVgaE+lG/AiBL
eErUvC35Zp04+s3iWPUGD0ewljETESdXhjaLEFtb+A==
-----END CERTIFICATE-----`;

test("TLS verifies the requested name, not the checked address", async () => {
  const names: string[] = [];
  const server = createServer({
    key,
    cert,
    SNICallback: (name, done) => {
      names.push(name);
      done(null);
    },
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const resolve = async () => [{ address: "127.0.0.1", family: 4 }];
  const s3 = createS3Client({
    outbound: createOutbound({ allowed: "loopback", resolve }),
    endpoint: `https://bucket.test:${(server.address() as AddressInfo).port}`,
  });
  const object = { bucket: "b", key: "k", region: "us-east-1", credentials: null };
  const fetching = s3.get(object, { maximumSizeBytes: 10, signal: new AbortController().signal });
  await expect(fetching).rejects.toMatchObject({
    code: "CertificateNotTrusted",
    cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
  });
  expect(names).toEqual(["bucket.test"]);
  await s3.close();
  server.close();
});
