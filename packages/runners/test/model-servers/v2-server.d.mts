export interface Answer {
  readonly text: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Options {
  /** Whether the server says that it takes binary tensors. */
  readonly binary?: boolean;
  /** What is answered to an inference instead of the sums. */
  readonly answer?: (body: Buffer, headers: Readonly<Record<string, string | undefined>>) => Answer;
  /** Paths that the server does not know. */
  readonly lacks?: readonly string[];
}

export function startV2Server(options?: Options): Promise<{
  readonly address: string;
  readonly seen: { readonly infers: number; readonly rows: readonly number[]; readonly binaryRequests: number };
  readonly close: () => Promise<void>;
}>;
