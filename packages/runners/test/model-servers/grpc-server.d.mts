export interface GrpcServerOptions {
  /** 0: any free one. */
  readonly port?: number;
  /** 127.0.0.1 when not given. */
  readonly host?: string;
  /** False: Status answers that the model cannot be loaded. */
  readonly loads?: boolean;
  readonly batchSize?: number;
}

export function startGrpcServer(options?: GrpcServerOptions): Promise<{
  readonly address: string;
  /** How often Status was called, and how many inputs each Run had. */
  readonly calls: { readonly statuses: number; readonly batches: readonly number[] };
  readonly close: () => void;
}>;
