/** What keeps a model server alive besides the connection to it. */
export interface ServerLife {
  /** The reason why the server is gone, once it is. */
  gone(): string | undefined;
  /** Aborted once it is gone. */
  readonly ended?: AbortSignal;
  stop(): Promise<void>;
}
