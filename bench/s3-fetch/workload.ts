/** So many objects of one size, so many of them in flight. */
export interface Workload {
  readonly name: string;
  readonly objectCount: number;
  readonly sizeBytes: number;
  readonly inFlight: number;
  /** Fetched before the clock starts, so that compilation and connecting are not measured. */
  readonly warmUpCount: number;
}

export const workloads: readonly [Workload, Workload] = [
  { name: "10,000 x 16 KiB", objectCount: 10_000, sizeBytes: 16 * 1024, inFlight: 32, warmUpCount: 2_000 },
  { name: "32 x 32 MiB", objectCount: 32, sizeBytes: 32 * 2 ** 20, inFlight: 8, warmUpCount: 4 },
];

/** Where a workload's objects are. */
export interface Target {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The name of one object: the size says which workload it belongs to. */
export function keyOf(workload: Workload, index: number): string {
  return `${workload.sizeBytes}/object-${index % workload.objectCount}.bin`;
}
