export interface GrpcOptions {
  /** The response of an inference, from its request. */
  readonly answer: (request: { readonly inputs: readonly object[] }) => object;
  /** Methods that the server does not have. */
  readonly lacks?: readonly string[];
}

export function startV2GrpcServer(
  options: GrpcOptions,
): Promise<{ readonly address: string; readonly close: () => Promise<void> }>;
