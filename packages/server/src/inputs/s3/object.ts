/** What signs a request. With a `sessionToken` they are temporary. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** One object and how to get at it. */
export interface S3Object {
  readonly bucket: string;
  /** A leading slash is dropped: callers write both forms. */
  readonly key: string;
  /** Left out: the newest version. */
  readonly versionId?: string;
  /** Whether who signs pays for the request. */
  readonly isPaidByRequester?: boolean;
  /** Where the bucket is believed to be; the client follows the store when it names another region. */
  readonly region: string;
  /** An S3-compatible server as an http or https address; left out, the client's own endpoint or Amazon S3 is used. */
  readonly endpoint?: string;
  /** Null reads anonymously. */
  readonly credentials: S3Credentials | null;
}

/** The key as the store knows it. */
export function keyOf(object: S3Object): string {
  return object.key.startsWith("/") ? object.key.slice(1) : object.key;
}
