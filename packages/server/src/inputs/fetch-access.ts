/** What is needed to fetch a job's data items, besides where each of them is. Exists in the clear only inside the fetcher. */
export interface FetchAccess {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly region?: string | undefined;
}
