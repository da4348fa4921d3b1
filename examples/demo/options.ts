import { parseArgs } from "node:util";

/** An S3 server that is there already, with the credentials to use it. */
export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A bucket that exists; undefined: one is made for the demo and removed afterwards. */
  readonly bucket: string | undefined;
}

export interface DemoOptions {
  /** Undefined: the demo brings its own S3 server. */
  readonly s3: S3Server | undefined;
  /** Every row of the results, not only a selection. */
  readonly showsAll: boolean;
}

export const usage = `Usage: npm run demo -- [--all] [--s3 URL [--region NAME] [--bucket NAME]]

  --all                show every result, not a selection
  --s3 URL             use this S3 server instead of one in memory; the credentials are read from
                       AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or given by
  --access-key-id ID, --secret-access-key SECRET
  --region NAME        the region of that server; us-east-1 by default
  --bucket NAME        a bucket there that exists; by default one is made and removed afterwards`;

/** What the person asked for is not possible; the message says what to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads the command line, and the credentials from the environment where the command line has none.
 *
 * @returns undefined when help was asked for
 * @throws UsageError with one sentence; never with a secret in it.
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
      `--s3 takes the address of an S3 server, such as http://127.0.0.1:9000; found "${values.s3}".`,
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
    throw new UsageError(`${(error as Error).message.split("\n")[0]} See npm run demo -- --help.`, { cause: error });
  }
}
