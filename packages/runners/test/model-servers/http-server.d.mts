/** @param options.loads false: /status answers that the model cannot be loaded. */
export function startHttpServer(options?: { readonly port?: number; readonly loads?: boolean }): Promise<{
  readonly address: string;
  readonly bodies: readonly { type: string; input: string; output: string; contentType: string }[];
  readonly close: () => Promise<void>;
}>;
