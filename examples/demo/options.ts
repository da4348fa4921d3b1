import { parseArgs } from "node:util";

/** An existing S3 server and its credentials. */
export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** An existing bucket. If undefined, the demo creates one and removes it afterwards. */
  readonly bucket: string | undefined;
}

export interface DemoOptions {
  /** If undefined, the demo starts its own S3 server. */
  readonly s3: S3Server | undefined;
  /** Show every result, not just a selection. */
  readonly showsAll: boolean;
}

export const usage = `Usage: npx millrace demo [--all] [--s3 URL [--region NAME] [--bucket NAME]]

  --all                show every result instead of a selection
  --s3 URL             use this S3 server instead of an in-memory one, with credentials from
                       AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from
  --access-key-id ID, --secret-access-key SECRET
  --region NAME        the server's region (default: us-east-1)
  --bucket NAME        an existing bucket (default: create one and remove it afterwards)`;

/** The command line is not valid; the message says what to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Parses the command line. Credentials that it lacks come from the environment.
 *
 * @returns undefined if help was requested
 * @throws UsageError with one sentence that contains no secret.
 */
export function parseOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): DemoOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const showsAll = values.all ?? false;
  if (values.s3 === undefined) return { s3: undefined, showsAll };
  if (!/^https?:\/\//.test(values.s3))
    throw new UsageError(
      `--s3 expects the address of an S3 server, such as http://127.0.0.1:9000; found "${values.s3}".`,
    );
  const accessKeyId = values["access-key-id"] ?? environment["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = values["secret-access-key"] ?? environment["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey)
    throw new UsageError("--s3 needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
  const region = values.region ?? "us-east-1";
  return { s3: { endpoint: values.s3, region, accessKeyId, secretAccessKey, bucket: values.bucket }, showsAll };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    help: flag,
    all: flag,
    s3: text,
    region: text,
    bucket: text,
    "access-key-id": text,
    "secret-access-key": text,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split("\n")[0]} See npx millrace demo --help.`, { cause: error });
  }
}
