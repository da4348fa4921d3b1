import type { S3Client } from "@aws-sdk/client-s3";
import type { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { MillraceError } from "@millrace/client";
import { askHidden } from "../terminal/ask.js";
import { printNotice } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import type { AwsOptions } from "./options.js";

type Credentials = Awaited<ReturnType<ReturnType<typeof fromNodeProviderChain>>>;

/** Fields of a submission that say how to read its objects. */
export interface S3Access {
  readonly accessKeyID?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly region?: string;
  readonly requestPayer?: "requester";
}

/** Access to S3 as its user has it everywhere: environment, profile, SSO, assumed role, container or machine. */
export interface AwsSession {
  /** For the server, which reads the objects. */
  readonly access: S3Access;
  /** For listing on this machine. Destroy it when done. */
  readonly client: S3Client;
}

// Jobs that start after their credentials expire have failed inputs.
const shortLifeMs = 3_600_000;

/**
 * Finds credentials and region as the AWS CLI does. Loads the AWS SDK, which other commands need not wait for.
 *
 * @throws MillraceError when there are no credentials, or they cannot be had, such as with an SSO session that has expired.
 */
export async function openAws(options: AwsOptions, environment = process.env): Promise<AwsSession> {
  // What the SDK says about future versions of Node is nothing to who submits a job.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const [{ S3Client }, providers] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/credential-providers"),
  ]);
  const profile = options.awsProfile === undefined ? {} : { profile: options.awsProfile };
  const given = options.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"];
  const provide = providers.fromNodeProviderChain({
    ...profile,
    // It would print advice about variables that a named profile makes irrelevant.
    logger: silentLogger,
    mfaCodeProvider: (serial) => askHidden(`MFA code of ${printable(serial)}: `),
  });
  const isSigned = options.signRequest !== false;
  const credentials = isSigned ? await findCredentials(provide, options.awsProfile) : undefined;
  const settings = {
    ...profile,
    // Buckets of other regions say where they are.
    followRegionRedirects: true,
    // Servers that are not Amazon's have no names for buckets.
    forcePathStyle: hasOwnEndpoint(environment),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
    ...(credentials === undefined ? anonymous : { credentials }),
  };
  const region = given ?? (await regionOf(new S3Client(settings)));
  const client = new S3Client({ ...settings, region: region ?? defaultRegion });
  return { access: toAccess(credentials, region, options), client };
}

/** What the server assumes, too. */
const defaultRegion = "us-east-1";

/** The region of the environment or the profile; undefined when neither has one. */
async function regionOf(client: S3Client): Promise<string | undefined> {
  try {
    return await client.config.region();
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}

const ignore = () => undefined;
const silentLogger = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Sends nothing of the user's. */
const anonymous = {
  credentials: { accessKeyId: "", secretAccessKey: "" },
  signer: { sign: <Request>(request: Request) => Promise.resolve(request) },
} as const;

function hasOwnEndpoint({ AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): boolean {
  return Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL);
}

async function findCredentials(provide: () => Promise<Credentials>, profile: string | undefined): Promise<Credentials> {
  let credentials: Credentials;
  try {
    credentials = await provide();
  } catch (error) {
    const reason = (error as Error).message.replace(/\.?$/, ".");
    throw new MillraceError(
      `No AWS credentials${profile === undefined ? "" : ` for the profile ${profile}`}: ${reason} Sign in with the AWS CLI, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with --aws-profile, or pass --no-sign-request for public objects.`,
      { cause: error },
    );
  }
  const { expiration } = credentials;
  if (expiration !== undefined && expiration.getTime() < Date.now() + shortLifeMs)
    printNotice(
      `The AWS credentials expire at ${expiration.toISOString()}: inputs that are not read by then fail. Retry them with millrace jobs retry.`,
    );
  return credentials;
}

function toAccess(
  credentials: Credentials | undefined,
  region: string | undefined,
  { requestPayer = false }: AwsOptions,
): S3Access {
  return {
    ...(credentials && { accessKeyID: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey }),
    ...(credentials?.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
    ...(region === undefined ? {} : { region }),
    ...(requestPayer ? { requestPayer: "requester" as const } : {}),
  };
}
