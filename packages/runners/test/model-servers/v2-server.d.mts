/** @param options.binary whether the server says that it takes binary tensors. */
export function startV2Server(options?: { readonly binary?: boolean }): Promise<{
  readonly address: string;
  readonly seen: { readonly infers: number; readonly rows: readonly number[]; readonly binaryRequests: number };
  readonly close: () => Promise<void>;
}>;
