import { readFileSync } from "node:fs";
import { CreateBucketCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** The page that documents `client.jobs.submit_aws_s3`: its parameters in their order, and the fields of the job it returns. */
export interface DocumentedCall {
  readonly page: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
    /** Absent for a parameter that must be given. */
    readonly default?: unknown;
    readonly example: unknown;
  }[];
  readonly fields: readonly DocumentedField[];
}

export interface DocumentedField {
  /** A path as the page spells it; `[]` for each entry of a list. */
  readonly name: string;
  readonly type: "string" | "boolean" | "integer" | "date-time";
  /** What the example's job has right after submission; a list for a path with `[]`. Absent where it differs by server. */
  readonly submitted?: unknown;
  /** The same once the job has ended. */
  readonly completed?: unknown;
  /** Where the published Python client finds it, if elsewhere: the wire has other shapes than the page says. */
  readonly python?: { readonly submitted: string; readonly completed: string };
}

/** The call as its page documents it; every client's answer is compared with it. */
export const documentedCall = JSON.parse(
  readFileSync(new URL("submit-aws-s3.json", import.meta.url), "utf8"),
) as DocumentedCall;

/** Makes the bucket and the object of the page's example. */
export async function putExampleObject(aws: S3Client): Promise<void> {
  await aws.send(new CreateBucketCommand({ Bucket: "some-bucket" }));
  await aws.send(
    new PutObjectCommand({ Bucket: "some-bucket", Key: "some_key.txt", Body: "What a wonderful, lovely day!" }),
  );
}
