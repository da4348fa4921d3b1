/** On whose behalf something is done: what an API key stands for. */
export interface Caller {
  readonly accountIdentifier: string;
  readonly teamIdentifier: string;
  readonly userIdentifier: string;
  /** The public part of the API key. */
  readonly accessKey: string;
}
