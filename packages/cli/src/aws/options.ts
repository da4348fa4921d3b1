import type { Command } from "commander";

/** How to read buckets, as every command that does takes it. */
export interface AwsOptions {
  readonly awsProfile?: string;
  readonly region?: string;
  /** False sends requests without credentials, for public objects. */
  readonly signRequest?: boolean;
  readonly requestPayer?: boolean;
}

/** Adds the options of S3 buckets. */
export function withAwsOptions(command: Command): Command {
  return command
    .option("--aws-profile <name>", "profile of the AWS CLI for s3:// (default: the AWS environment variables)")
    .option("--region <region>", "region of the buckets (default: AWS_REGION, or the AWS profile's)")
    .option("--no-sign-request", "read public objects without AWS credentials")
    .option("--request-payer", "pay for the requests to buckets whose owners do not");
}
