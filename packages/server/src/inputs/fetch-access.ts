import type { S3Location } from "@millrace/contract";

/** What is needed to fetch a job's data items, besides where each of them is. Exists in the clear only inside the fetcher. */
export interface FetchAccess {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly region?: string | undefined;
  /** Of the S3-compatible server that the submission names. */
  readonly endpoint?: string | undefined;
  readonly storageAccount?: string | undefined;
  readonly storageAccountKey?: string | undefined;
  /** What is to be listed before there are inputs. */
  readonly folders?: Readonly<Record<string, Readonly<Record<string, S3Location>>>> | undefined;
  readonly database?: DatabaseAccess | undefined;
}

/** A PostgreSQL database and the query whose rows are inputs. */
export interface DatabaseAccess {
  /** In the form that JDBC gives it. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly query: string;
}
