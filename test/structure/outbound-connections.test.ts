import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What opens connections: constructors of undici, pg, Azure, the AWS SDK and Node, and functions that bring their own. */
const opens =
  /\bnew (Pool|Agent|Client|ProxyAgent|EnvHttpProxyAgent|Socket|TLSSocket|WebSocket|BlobServiceClient|S3Client|pg\.\w+)\(|[^.\w]fetch\(["'`u]|\b(net|tls|http|https)\.(connect|request|get)\(|import \{[^}]*\b(connect|request|createConnection|get|stream|fetch)\b[^}]*\} from "(undici|node:(net|tls|http|https))"/;

const sources = "packages/server/src/";

/** Each but the operator's own goes through outbound/: see to that before a file is added here. */
const known = [
  // The operator's: DATABASE_URL and MILLRACE_BLOBS.
  "database/pool.ts",
  "storage/s3-blob-store.ts",
  // Callers': all of these connect by the policy.
  "inputs/sources/azureblob/azure-client.ts",
  "inputs/sources/azureblob/azure-connections.ts",
  "inputs/sources/jdbc/table-rows.ts",
  "webhooks/deliver.ts",
];

test("connections are opened only where the outbound policy applies", () => {
  const found = (readdirSync(sources, { recursive: true }) as string[]).filter(
    (file) =>
      file.endsWith(".ts") &&
      !file.endsWith(".test.ts") &&
      !file.startsWith("outbound/") &&
      opens.test(readFileSync(sources + file, "utf8")),
  );
  expect(found.toSorted()).toEqual(known.toSorted());
});
