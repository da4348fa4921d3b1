import { MillraceError } from "@millrace/client";
import type { AwsOptions } from "../aws/options.js";
import { parseS3Address } from "../jobs/places/s3.js";
import type { Finding } from "./finding.js";

/** Checks the credentials for `s3://` and, where one is named, a bucket. */
export async function checkS3(options: AwsOptions, place: string | undefined): Promise<Finding> {
  const subject = "S3";
  const { openAws } = await import("../aws/session.js");
  const { listKeys } = await import("../aws/list-objects.js");
  try {
    const { access, client } = await openAws(options);
    try {
      const found = `${access.accessKeyID === undefined ? "without credentials" : `key ${access.accessKeyID}`}, region ${access.region ?? "of the bucket"}`;
      if (place === undefined)
        return { subject, status: "ok", message: `${found}; check a bucket with --bucket s3://bucket/folder/` };
      const { bucket, key } = parseS3Address(place);
      const first = await listKeys(client, bucket, key).next();
      if (first.done !== true) return { subject, status: "ok", message: `${found}; ${place} can be listed` };
      return { subject, status: "warning", message: `${found}; nothing lies below ${place}: check the folder.` };
    } finally {
      client.destroy();
    }
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    // Who runs models over files only needs none.
    return { subject, status: place === undefined ? "warning" : "failed", message: error.message };
  }
}
